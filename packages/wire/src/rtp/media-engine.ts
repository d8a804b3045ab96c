/**
 * Opens the media thread and streams in it. Audio crosses between the threads through shared memory; a
 * bell wakes this side, once for all streams that have something to say.
 */
import { isIP } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Bed } from '../audio/mixer.ts'
import type { FromThread, MediaThreadSetup, ToThread } from './media-messages.ts'
import type { MediaStats } from './media-stats.ts'
import {
  LiveMediaStream,
  type DigitListener,
  type FrameListener,
  type MarkListener,
  type StallListener,
} from './media-stream.ts'
import type { StreamMedia } from './negotiated-media.ts'
import { allocateStreamMemory } from './stream-memory.ts'
import type { TapListener } from './tap-assembler.ts'

export interface MediaEngineOptions {
  /** The address that sockets are bound to. */
  host: string
  /** Where RTP takes its ports from; absent: any free ones. */
  portRange?: { min: number; max: number }
  /** Whether streams keep pairs for `onTap`. Default true. */
  recordTap?: boolean
  /** Hears what a listener threw, and that a codec could not be opened; absent: it becomes an uncaught exception. */
  onListenerError?: (error: unknown) => void
}

export interface MediaEngine extends AsyncDisposable {
  /** Opens a pair of ports. Its media clock runs from `start` on. */
  openStream(signal: AbortSignal): Promise<MediaStream>
  /** Resolves if the media thread dies while it is in use. Its streams are silent then. */
  readonly failed: Promise<Error>
}

export interface MediaStream extends AsyncDisposable {
  /** Address and port for our session description. */
  readonly host: string
  readonly port: number
  /** Begins, or after a new description continues, to send and hear. The first call sets the media clock going. */
  start(media: StreamMedia): void
  /** The media clock: ms since slot 0, which comes within 20 ms of the first `start`; 0 before. */
  readonly positionMs: number
  /** Each 160 bytes of µ-law heard, as soon as they are in order. The frame is valid during the call only. */
  onFrame(listener: FrameListener): void
  /** Each keypad digit once, as its key goes down. */
  onDigit(listener: DigitListener): void
  /** What was heard and what was played, 160 bytes each for every 20 ms, in order and without gaps, at most 200 ms late. Valid during the call only. */
  onTap(listener: TapListener): void
  /** Queues µ-law of any length; throws `PlayoutOverflow` when over two minutes would wait. */
  write(audio: Uint8Array): void
  /** Stands behind everything queued so far. */
  mark(name: string): void
  /** Each mark once. `atMs`: end of the slot that carried the last sample before it; for cleared ones, when they were dropped. */
  onMark(listener: MarkListener): void
  /** Drops what has not left; heard on the wire within one slot. */
  clear(): void
  readonly queuedMs: number
  /** Of all that leaves from the next slot on, keys apart; glides over 20 ms. 0: as it was written. */
  gain(db: number): void
  /** Lies under all that leaves, and under its silence. Samples in shared memory are not copied. */
  background(bed: Bed | null): void
  /** Presses keys: 0–9 * # A–D, `w` pauses 500 ms, `W` 1 s. Audio waits meanwhile. */
  sendDigits(digits: string, signal: AbortSignal): Promise<void>
  /** Nothing has come from the far end for 5 s, and again for each 5 s more; with the likely cause. */
  onStall(listener: StallListener): void
  stats(): MediaStats
}

/** The thread must say within this time that it runs. */
const START_MS = 10_000
const SHUT_DOWN_MS = 2000
/** A larger nursery makes the collector's pauses rare: they are the tail of the pacing. */
const NURSERY_MB = 64

export async function openMediaEngine(options: MediaEngineOptions): Promise<MediaEngine> {
  if (isIP(options.host) === 0) throw new TypeError('the media engine binds to an IP address')
  const engine = new ThreadedMediaEngine(options)
  await engine.ready()
  return engine
}

class ThreadedMediaEngine implements MediaEngine {
  readonly failed: Promise<Error>
  readonly #host: string
  readonly #worker: Worker
  readonly #bell = new Int32Array(new SharedArrayBuffer(4))
  readonly #streams = new Map<number, LiveMediaStream>()
  readonly #opening = new Map<number, { opened: (port: number) => void; failed: (error: Error) => void }>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #failure = Promise.withResolvers<Error>()
  readonly #listenerFailed: (error: unknown) => void
  #lastId = 0
  #closing: Promise<void> | undefined
  #stopped = false

  constructor({ host, portRange, recordTap = true, onListenerError = throwLater }: MediaEngineOptions) {
    this.#host = host
    this.#listenerFailed = onListenerError
    this.failed = this.#failure.promise
    const bell = this.#bell.buffer as SharedArrayBuffer
    const setup: MediaThreadSetup = { host, recordTap, bell, ...(portRange ? { portRange } : {}) }
    this.#worker = new Worker(new URL('./media-thread.ts', import.meta.url), {
      workerData: setup,
      name: 'parley-media',
      resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
    })
    this.#worker.on('message', (message: FromThread) => this.#hear(message))
    this.#worker.on('error', error => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', code => this.#fail(new Error(`the media thread ended with code ${code}`)))
    void this.#pump()
  }

  async ready(): Promise<void> {
    const late = setTimeout(() => this.#ready.reject(new Error('the media thread did not start')), START_MS)
    try {
      await this.#ready.promise
    } catch (error) {
      await this.#worker.terminate()
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  async openStream(signal: AbortSignal): Promise<MediaStream> {
    signal.throwIfAborted()
    if (this.#stopped || this.#closing) throw new Error('the media engine is closed')
    const id = ++this.#lastId
    const memory = allocateStreamMemory()
    const port = await this.#openPorts(id, { memory, signal })
    const stream = new LiveMediaStream({
      id,
      host: this.#host,
      port,
      memory,
      post: message => this.#post(message),
      listenerFailed: this.#listenerFailed,
      closed: () => void this.#streams.delete(id),
    })
    this.#streams.set(id, stream)
    return stream
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #openPorts(
    id: number,
    { memory, signal }: { memory: SharedArrayBuffer; signal: AbortSignal },
  ): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const give = (): void => {
      this.#post({ type: 'close', stream: id })
      reject(signal.reason)
    }
    signal.addEventListener('abort', give, { once: true })
    this.#opening.set(id, { opened: resolve, failed: reject })
    this.#post({ type: 'open', stream: id, memory })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', give)
      this.#opening.delete(id)
    }
  }

  #post(message: ToThread): void {
    if (!this.#stopped) this.#worker.postMessage(message)
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case 'ready':
        return this.#ready.resolve()
      case 'opened':
        return this.#opened(message.stream, message.port)
      case 'open_failed':
        return this.#opening.get(message.stream)?.failed(new Error(message.reason))
      case 'digits_done':
        return this.#streams.get(message.stream)?.digitsDone(message.request)
      case 'stalled':
        return this.#streams.get(message.stream)?.stalled(message.sinceMs, message.cause)
      case 'codec_failed':
        return this.#listenerFailed(new Error(`the codec could not be opened: ${message.reason}`))
      case 'closed':
        return this.#streams.get(message.stream)?.threadClosed()
    }
  }

  /** Ports that open after their caller has gone are closed again. */
  #opened(stream: number, port: number): void {
    const caller = this.#opening.get(stream)
    if (caller) caller.opened(port)
    else this.#post({ type: 'close', stream })
  }

  /** Wakes whenever the bell rings, and lets every stream take what is there. */
  async #pump(): Promise<void> {
    while (!this.#stopped) {
      const rung = Atomics.load(this.#bell, 0)
      for (const stream of this.#streams.values()) stream.drain()
      const waiting = Atomics.waitAsync(this.#bell, 0, rung)
      if (waiting.async) await waiting.value
      // The bell rang meanwhile: look again, but let the rest of the process have its turn.
      else await new Promise(resolve => setImmediate(resolve))
    }
  }

  #fail(error: Error): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#ready.reject(error)
    if (!this.#closing) this.#failure.resolve(error)
    for (const { failed } of this.#opening.values()) failed(error)
    for (const stream of this.#streams.values()) stream.threadClosed()
    Atomics.add(this.#bell, 0, 1)
    Atomics.notify(this.#bell, 0)
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#streams.values()].map(stream => stream[Symbol.asyncDispose]()))
    const deadline = new AbortController()
    const exited = new Promise<void>(resolve => void this.#worker.once('exit', () => resolve()))
    const isStopped = this.#stopped
    this.#post({ type: 'shut_down' })
    const late = wait(SHUT_DOWN_MS, undefined, { signal: deadline.signal }).catch(() => undefined)
    if (!isStopped) await Promise.race([exited, late])
    deadline.abort()
    await this.#worker.terminate()
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
