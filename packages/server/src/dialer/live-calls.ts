import type { CallId } from '../domain/ids.ts'
import { CallAudio } from './call-audio.ts'
import { Steering } from './steering.ts'

/** How a customer wants a live call stopped. */
export type StopKind = 'now' | 'farewell'

/** A stop that may come at any time; asking twice is harmless, and `now` overrules `farewell`. */
export class StopSwitch {
  /** Aborts an attempt that is still ringing. */
  readonly dialing = new AbortController()
  /** Aborts whatever is under way, when the process has to go. */
  readonly abandon = new AbortController()
  #asked: StopKind | undefined
  #listener: ((how: StopKind) => void) | undefined

  ask(how: StopKind): void {
    if (this.#asked === how || this.#asked === 'now') return
    this.#asked = how
    this.dialing.abort()
    this.#listener?.(how)
  }

  /** One listener; a stop that was asked for earlier reaches it at once. */
  onStop(listener: (how: StopKind) => void): void {
    this.#listener = listener
    if (this.#asked !== undefined) listener(this.#asked)
  }
}

/** What the outside can do with a call while it runs. */
export interface Reins {
  readonly stop: StopSwitch
  readonly steering: Steering
  readonly audio: CallAudio
}

/** The calls this worker is busy with, from claim to end. */
export class LiveCalls {
  readonly #calls = new Map<CallId, { reins: Reins; done: Promise<void> }>()

  get size(): number {
    return this.#calls.size
  }

  has(id: CallId): boolean {
    return this.#calls.has(id)
  }

  ids(): CallId[] {
    return [...this.#calls.keys()]
  }

  /** Runs a call beside the others; it leaves the list when it is over, however it ends. */
  run(id: CallId, call: (reins: Reins) => Promise<void>): void {
    const reins: Reins = { stop: new StopSwitch(), steering: new Steering(), audio: new CallAudio() }
    const done = call(reins).finally(() => {
      this.#calls.delete(id)
      reins.steering.onControl(null)
      reins.audio.end()
    })
    this.#calls.set(id, { reins, done })
  }

  /** Undefined: it is none of these. */
  reinsOf(id: CallId): Reins | undefined {
    return this.#calls.get(id)?.reins
  }

  stopAll(how: StopKind): void {
    for (const { reins } of this.#calls.values()) reins.stop.ask(how)
  }

  /** Resolves when the present calls are over. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#calls.values()].map(({ done }) => done))
  }
}
