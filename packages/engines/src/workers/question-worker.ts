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

interface Waiting<Q, A> {
  readonly question: Q
  resolve(answer: A): void
  reject(error: EngineError): void
}

/** A question never takes longer than this, unless the engine hangs. */
const DEADLINE_MS = 15_000

/**
 * A worker thread that answers questions one after another. When it dies, what it was asked fails, and the
 * next question starts a new one: a crashed engine costs one sentence, not the process. A question that was
 * abandoned before its turn never reaches the worker: an engine that has fallen behind would otherwise spend
 * its time on answers nobody waits for any more, and never catch up.
 */
export class QuestionWorker<Q, A> implements AsyncDisposable {
  private readonly entry: URL
  /** In the order in which they were asked. */
  private readonly waiting = new Map<number, Waiting<Q, A>>()
  /** What the worker is busy with, and how long it may be. */
  private asked: number | undefined
  private timer: NodeJS.Timeout | undefined
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
    const { promise, resolve, reject } = Promise.withResolvers<A>()
    const giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    this.waiting.set(id, { question, resolve, reject })
    this.askNext()
    try {
      return await promise
    } finally {
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

  private askNext(): void {
    const [next] = this.waiting
    if (!next || this.asked !== undefined) return
    const [id, { question }] = next
    const worker = this.running()
    this.asked = id
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.retire(worker, 'the engine did not answer in time'), DEADLINE_MS)
    worker.postMessage({ id, question } satisfies Question<Q>)
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
    this.waiting.delete(answer.id)
    this.rest()
    this.askNext()
    if ('answer' in answer) waiting?.resolve(answer.answer)
    else waiting?.reject(new EngineError('engine_failed', { message: answer.fault }))
  }

  private rest(): void {
    clearTimeout(this.timer)
    this.asked = undefined
  }

  private retire(worker: Worker, message: string, cause?: unknown): void {
    if (this.worker !== worker) return
    this.worker = undefined
    const failed = this.closed ? [...this.waiting.keys()] : [this.asked ?? 0]
    this.rest()
    for (const id of failed) {
      const error = new EngineError(this.closed ? 'closed' : 'engine_failed', { message, cause })
      this.waiting.get(id)?.reject(error)
      this.waiting.delete(id)
    }
    void worker.terminate()
    this.askNext()
  }
}
