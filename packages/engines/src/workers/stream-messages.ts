/** What travels between `StreamWorker` and `serveStreams`. Audio goes beside it, by `FrameRing`. */
export type ToWorker<Options, Command> =
  | { type: 'open'; id: number; options: Options; memory: SharedArrayBuffer }
  | { type: 'command'; id: number; command: Command }
  | { type: 'close'; id: number }
  | { type: 'audio' }

export type FromWorker<Event> =
  | { type: 'ready'; engine: string }
  | { type: 'event'; id: number; event: Event }

export interface WorkerSetup {
  /** Set while an `audio` message is on its way, so that at most one is. */
  readonly bell: SharedArrayBuffer
}
