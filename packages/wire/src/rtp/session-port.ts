import type { OneWayCause } from './one-way-audio.ts'

/** What a stream of the media thread needs of its surroundings. */
export interface SessionPort {
  /** Tells the main thread that there is something to read. */
  ring(): void
  stalled(sinceMs: number, cause: OneWayCause): void
  digitsDone(request: number): void
  recordTap: boolean
  /** The address that our sockets are bound to. */
  host: string
}
