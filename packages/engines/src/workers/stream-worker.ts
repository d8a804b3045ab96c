import { Worker } from 'node:worker_threads'
import { EngineError } from '../engine-error.ts'
import { FrameRing } from './frame-ring.ts'
import type { FromWorker, ToWorker, WorkerSetup } from './stream-messages.ts'

interface OpenStream<Options, Event> {
  readonly options: Options
  readonly ring: FrameRing
  onEvent(event: Event): void
}

/** Audio and commands into a worker; what comes out arrives at the listener given to `open`. */
export interface WorkerStream<Command> {
  write(frame: Uint8Array, atMs: number): void
  send(command: Command): void
  close(): void
}

const START_DEADLINE_MS = 30_000
/** A worker that crashes again and again has a fault that restarting does not cure. */
const MAX_RESTARTS = 3

/**
 * A worker thread that serves many streams of audio. When it dies it is started again and its streams
 * are opened anew there: they lose what was under way, not the call.
 */
export class StreamWorker<Options, Command, Event> implements AsyncDisposable {
  private readonly entry: URL
  private readonly streams = new Map<number, OpenStream<Options, Event>>()
  private readonly bell = new Int32Array(new SharedArrayBuffer(4))
  private worker: Worker
  private started = Promise.withResolvers<string>()
  private lastId = 0
  private restarts = 0
  private closed = false

  constructor(entry: URL) {
    this.entry = entry
    this.started.promise.catch(() => undefined)
    this.worker = this.start()
  }

  /** The name of the engine the worker chose, once it is warm. */
  async ready(): Promise<string> {
    const timer = setTimeout(() => this.fail('the engine did not start in time'), START_DEADLINE_MS)
    try {
      return await this.started.promise
    } finally {
      clearTimeout(timer)
    }
  }

  get load(): number {
    return this.streams.size
  }

  open(options: Options, onEvent: (event: Event) => void): WorkerStream<Command> {
    if (this.closed) throw new EngineError('closed', { message: 'the engine is closed' })
    const id = ++this.lastId
    const ring = new FrameRing()
    this.streams.set(id, { options, ring, onEvent })
    this.post({ type: 'open', id, options, memory: ring.memory })
    return {
      write: (frame, atMs) => {
        if (!this.streams.has(id)) return
        ring.write(frame, atMs)
        if (Atomics.exchange(this.bell, 0, 1) === 0) this.post({ type: 'audio' })
      },
      send: command => {
        if (this.streams.has(id)) this.post({ type: 'command', id, command, mark: ring.mark })
      },
      close: () => {
        if (this.streams.delete(id)) this.post({ type: 'close', id })
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    this.streams.clear()
    this.fail('the engine is closed')
    await this.worker.terminate()
  }

  private start(): Worker {
    const setup: WorkerSetup = { bell: this.bell.buffer as SharedArrayBuffer }
    const worker = new Worker(this.entry, { workerData: setup })
    worker.unref()
    worker.on('message', (message: FromWorker<Event>) => this.receive(message))
    // An error is always followed by an exit, which is where the worker is replaced.
    worker.on('error', error => this.fail('the engine stopped', error))
    worker.on('exit', () => this.replace(worker))
    return worker
  }

  private receive(message: FromWorker<Event>): void {
    if (message.type === 'ready') this.started.resolve(message.engine)
    else this.streams.get(message.id)?.onEvent(message.event)
  }

  private replace(worker: Worker): void {
    if (this.closed || worker !== this.worker || ++this.restarts > MAX_RESTARTS) return
    Atomics.store(this.bell, 0, 0)
    this.worker = this.start()
    for (const [id, { options, ring }] of this.streams) {
      this.post({ type: 'open', id, options, memory: ring.memory })
    }
  }

  private fail(message: string, cause?: unknown): void {
    this.started.reject(new EngineError(this.closed ? 'closed' : 'engine_failed', { message, cause }))
  }

  private post(message: ToWorker<Options, Command>): void {
    this.worker.postMessage(message)
  }
}
