import { setImmediate } from 'node:timers/promises'
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

interface Served<Command> {
  readonly stream: ServedStream<Command>
  readonly ring: FrameRing
  readonly commands: { readonly command: Command; readonly mark: number }[]
}

/** Frames taken from one stream before the others and the mailbox have their turn. */
const SLICE = 10

/**
 * Serves streams until the thread ends. A command is carried out after exactly the frames that were
 * written before it was sent (at most a slice more), however far a busy machine lags behind: otherwise
 * the end of a sentence would be noticed in the middle of the next.
 */
export function serveStreams<Options, Command, Event>(engine: Engine<Options, Command, Event>): void {
  const port = parentPort
  if (!port) throw new Error('this file runs as a worker thread')
  const bell = new Int32Array((workerData as WorkerSetup).bell)
  const streams = new Map<number, Served<Command>>()
  const inbox: ToWorker<Options, Command>[] = []
  const post = (message: FromWorker<Event>) => port.postMessage(message)
  let working = false

  const handle = async (message: ToWorker<Options, Command>) => {
    switch (message.type) {
      case 'audio':
        return
      case 'open': {
        const { id } = message
        const stream = await engine.open(message.options, event => post({ type: 'event', id, event }))
        streams.set(id, { stream, ring: new FrameRing(message.memory), commands: [] })
        return
      }
      case 'command':
        streams.get(message.id)?.commands.push(message)
        return
      case 'close':
        streams.get(message.id)?.stream.close()
        streams.delete(message.id)
    }
  }

  const work = async () => {
    for (let busy = true; busy || inbox.length > 0; ) {
      Atomics.store(bell, 0, 0)
      for (let message = inbox.shift(); message; message = inbox.shift()) await handle(message)
      busy = false
      for (const served of streams.values()) busy = (await advance(served)) || busy
      // Lets messages in that came meanwhile.
      if (busy) await setImmediate()
    }
    working = false
  }

  port.on('message', (message: ToWorker<Options, Command>) => {
    inbox.push(message)
    if (working) return
    working = true
    // A fault here rejects unhandled and ends the thread; the other side then starts a new one.
    void work()
  })
  post({ type: 'ready', engine: engine.name })
}

const frame = new Uint8Array(FRAME_BYTES)

/** Takes one slice of a stream; true where more may be waiting. */
async function advance<Command>({ stream, ring, commands }: Served<Command>): Promise<boolean> {
  for (let taken = 0; taken < SLICE; taken++) {
    for (let next = commands[0]; next && ring.hasRead(next.mark); next = commands[0]) {
      commands.shift()
      stream.command(next.command)
    }
    const atMs = ring.read(frame)
    if (atMs === null) return false
    const pending = stream.hear(frame, atMs)
    if (pending) await pending
  }
  return true
}
