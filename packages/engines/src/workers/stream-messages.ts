/** What travels between `StreamWorker` and `serveStreams`. Audio goes beside it, by `FrameRing`. */
export type ToWorker<Options, Command> =
  | { type: 'open'; id: number; options: Options; memory: SharedArrayBuffer }
  /** `mark`: the command comes after this many frames of the stream. */
  | { type: 'command'; id: number; command: Command; mark: number }
  | { type: 'close'; id: number }
  | { type: 'audio' }

export type FromWorker<Event> =
  | { type: 'ready'; engine: string }
  | { type: 'event'; id: number; event: Event }

export interface WorkerSetup {
  /** Set while an `audio` message is on its way, so that at most one is. */
  readonly bell: SharedArrayBuffer
}
