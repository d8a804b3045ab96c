import { Worker } from 'node:worker_threads'
import { EngineError } from '../engine-error.ts'

/** What travels between the main thread and a worker that answers questions. */
export interface Question<Q> {
  readonly id: number
  readonly question: Q
}

export type Answer<A> =
  | { readonly id: number; readonly answer: A }
  | { readonly id: number; readonly fault: string }

interface Waiting<A> {
  resolve(answer: A): void
  reject(error: EngineError): void
}

/** A question never takes longer than this, unless the engine hangs. */
const DEADLINE_MS = 15_000

/**
 * A worker thread that answers questions one after another. When it dies, what was asked fails, and the
 * next question starts a new one: a crashed engine costs one sentence, not the process.
 */
export class QuestionWorker<Q, A> implements AsyncDisposable {
  private readonly entry: URL
  private readonly waiting = new Map<number, Waiting<A>>()
  private worker: Worker | undefined
  private lastId = 0
  private closed = false

  constructor(entry: URL) {
    this.entry = entry
  }

  async ask(question: Q, signal: AbortSignal): Promise<A> {
    signal.throwIfAborted()
    if (this.closed) throw new EngineError('closed', { message: 'the engine is closed' })
    const id = ++this.lastId
    const worker = this.running()
    const { promise, resolve, reject } = Promise.withResolvers<A>()
    const giveUp = () => reject(signal.reason)
    const timer = setTimeout(() => this.retire(worker, 'the engine did not answer in time'), DEADLINE_MS)
    signal.addEventListener('abort', giveUp, { once: true })
    this.waiting.set(id, { resolve, reject })
    worker.postMessage({ id, question } satisfies Question<Q>)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      this.waiting.delete(id)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    const worker = this.worker
    if (worker) this.retire(worker, 'the engine is closed')
    await worker?.terminate()
  }

  private running(): Worker {
    if (this.worker) return this.worker
    const worker = new Worker(this.entry)
    worker.unref()
    worker.on('message', (answer: Answer<A>) => this.settle(answer))
    worker.on('error', error => this.retire(worker, 'the engine stopped', error))
    worker.on('exit', () => this.retire(worker, 'the engine stopped'))
    this.worker = worker
    return worker
  }

  private settle(answer: Answer<A>): void {
    const waiting = this.waiting.get(answer.id)
    if ('answer' in answer) waiting?.resolve(answer.answer)
    else waiting?.reject(new EngineError('engine_failed', { message: answer.fault }))
  }

  private retire(worker: Worker, message: string, cause?: unknown): void {
    if (this.worker !== worker) return
    this.worker = undefined
    for (const waiting of this.waiting.values()) {
      waiting.reject(new EngineError(this.closed ? 'closed' : 'engine_failed', { message, cause }))
    }
    void worker.terminate()
  }
}
