import { parentPort, workerData } from 'node:worker_threads'
import { FRAME_BYTES, FrameRing } from './frame-ring.ts'
import type { FromWorker, ToWorker, WorkerSetup } from './stream-messages.ts'

/** The worker's side of one stream. `hear` gets a frame that is valid only until it returns. */
export interface ServedStream<Command> {
  hear(frame: Uint8Array, atMs: number): void | Promise<void>
  command(command: Command): void
  close(): void
}

export interface Engine<Options, Command, Event> {
  /** For the operator: which of several possible engines is running. */
  readonly name: string
  open(options: Options, emit: (event: Event) => void): ServedStream<Command> | Promise<ServedStream<Command>>
}

/**
 * Serves streams until the thread ends. Messages are worked off strictly in order, and every message
 * first takes in the audio written before it, so that a command meets the audio its sender had heard.
 */
export function serveStreams<Options, Command, Event>(engine: Engine<Options, Command, Event>): void {
  const port = parentPort
  if (!port) throw new Error('this file runs as a worker thread')
  const bell = new Int32Array((workerData as WorkerSetup).bell)
  const streams = new Map<number, { stream: ServedStream<Command>; ring: FrameRing }>()
  const frame = new Uint8Array(FRAME_BYTES)
  const post = (message: FromWorker<Event>) => port.postMessage(message)

  const drain = async () => {
    Atomics.store(bell, 0, 0)
    for (const { stream, ring } of streams.values()) {
      for (let atMs = ring.read(frame); atMs !== null; atMs = ring.read(frame)) {
        const pending = stream.hear(frame, atMs)
        if (pending) await pending
      }
    }
  }

  const handle = async (message: ToWorker<Options, Command>) => {
    switch (message.type) {
      case 'audio':
        return
      case 'open': {
        const { id } = message
        const stream = await engine.open(message.options, event => post({ type: 'event', id, event }))
        streams.set(id, { stream, ring: new FrameRing(message.memory) })
        return
      }
      case 'command':
        streams.get(message.id)?.stream.command(message.command)
        return
      case 'close':
        streams.get(message.id)?.stream.close()
        streams.delete(message.id)
    }
  }

  let turn = Promise.resolve()
  port.on('message', (message: ToWorker<Options, Command>) => {
    // A fault here rejects unhandled and ends the thread; the other side then starts a new one.
    turn = turn.then(drain).then(() => handle(message))
  })
  post({ type: 'ready', engine: engine.name })
}
