import { Client, credentials, status } from '@grpc/grpc-js'
import { localeOf } from '../../../languages.ts'
import { VoiceFault } from '../../../port.ts'
import type { SocketDeadlines } from '../../../socket-session.ts'
import type { Recognizer, RecognizerSession, RecognizerStream } from '../../port.ts'
import { credentialsOf, type GoogleAccess, secretOf } from './credentials.ts'
import { type RecognizeRequest, streamingRecognize } from './protocol.ts'
import { faultOf, PROVIDER } from './results.ts'
import { type StreamError, Utterance } from './utterance.ts'

export interface GoogleSpeechConfig {
  readonly access: GoogleAccess
  /** Default `https://speech.googleapis.com`. */
  readonly url?: string
  /** Default `telephony`. */
  readonly model?: string
  readonly deadlines?: Partial<SocketDeadlines>
  /** How much audio one stream takes; the service ends streams after five minutes. */
  readonly streamLimitMs?: number
}

/**
 * Google ends connections that ping much more often. Pings alone watch while nobody speaks; while somebody does
 * a half-open connection is found within three seconds, see ASK_AFTER_MS.
 */
const usualDeadlines: SocketDeadlines = { connectMs: 5_000, pingMs: 10_000, silentMs: 1_900 }
/**
 * The one thing that the service always answers is the end of a stream. Speech without a word from it for so
 * long is asked about that way: noise is answered with nothing, a half-open connection with silence.
 */
const ASK_AFTER_MS = 1_000
const STREAM_LIMIT_MS = 290_000
/** Silence is used to begin a new stream before the limit cuts a word. */
const RENEW_EARLY = 0.8
/**
 * The service may keep even the head of its answer until it has heard something. A refusal that takes longer
 * than this is told as a fault.
 */
const ACCEPTANCE_PATIENCE_MS = 500
/** So many streams in a row that end as soon as they begin are no accident. */
const MOST_STUMBLES = 3
const STUMBLED_MS = 1_000
/** How streams end that another may follow. */
const RENEWABLE: ReadonlySet<status> = new Set([status.OUT_OF_RANGE, status.INTERNAL, status.ABORTED])

/**
 * Google's streaming recognition over gRPC. A stream lasts from pause to pause: closing it is the only way to
 * have the last words at once, and the next one is cheap, on the same connection.
 */
export function googleSpeech(config: GoogleSpeechConfig): Recognizer {
  return {
    capabilities: { wordTimes: true },
    open: async (session, signal) => {
      const stream = new GoogleStream(config, session)
      try {
        await stream.open(signal)
        return stream
      } catch (error) {
        await stream[Symbol.asyncDispose]()
        throw error
      }
    },
  }
}

class GoogleStream implements RecognizerStream {
  readonly #config: GoogleSpeechConfig
  readonly #session: RecognizerSession
  readonly #client: Client
  readonly #limitMs: number
  readonly #silentMs: number
  readonly #halfOpenMs: number
  readonly #finishing = new Set<Utterance>()
  #current: Utterance | null = null
  /** What waits for the service's word on the first stream: null is its welcome. */
  #judged: ((fault: VoiceFault | null) => void) | null = null
  #speaking = false
  #stumbles = 0
  #heardAt = performance.now()
  #over = false

  constructor(config: GoogleSpeechConfig, session: RecognizerSession) {
    const { url = 'https://speech.googleapis.com', deadlines } = config
    const { host, hostname, protocol, port } = new URL(url)
    const { pingMs, silentMs } = { ...usualDeadlines, ...deadlines }
    this.#config = config
    this.#session = session
    this.#silentMs = silentMs
    this.#halfOpenMs = pingMs + silentMs
    this.#limitMs = config.streamLimitMs ?? STREAM_LIMIT_MS
    this.#client = new Client(
      port === '' ? `${hostname}:443` : host,
      protocol === 'http:' ? credentials.createInsecure() : credentials.createSsl(),
      {
        'grpc.keepalive_time_ms': pingMs,
        'grpc.keepalive_timeout_ms': silentMs,
        'grpc.keepalive_permit_without_calls': 1,
        'grpc.use_local_subchannel_pool': 1,
        'grpc.enable_retries': 0,
      },
    )
  }

  /** Rejects with VoiceFault. */
  async open(signal: AbortSignal): Promise<void> {
    const { connectMs } = { ...usualDeadlines, ...this.#config.deadlines }
    await this.#connected(connectMs, signal)
    const refusal = await new Promise<VoiceFault | null>(resolve => {
      const timer = setTimeout(resolve, ACCEPTANCE_PATIENCE_MS, null)
      this.#judged = fault => {
        clearTimeout(timer)
        resolve(fault)
      }
      this.#begin()
    })
    this.#judged = null
    if (refusal) throw refusal
  }

  hear(frame: Uint8Array, atMs: number): void {
    const current = this.#current
    if (!current) return
    current.hear(frame, atMs)
    if (this.#speaking && performance.now() - this.#heardAt > ASK_AFTER_MS) return this.#renew(null)
    const limitMs = this.#speaking ? this.#limitMs : this.#limitMs * RENEW_EARLY
    if (current.sentMs >= limitMs) this.#renew(null)
  }

  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    this.#speaking = type === 'started'
    if (type === 'stopped') return this.#renew(atMs)
    this.#heardAt = performance.now()
    this.#current?.started(atMs)
  }

  expect(): void {
    // Google takes phrases when a stream is opened; which come next is known only while one runs.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close()
  }

  #connected(connectMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (kind: VoiceFault['kind'], message: string) =>
        reject(new VoiceFault(PROVIDER, kind, { message }))
      const abort = () => fail('timeout', 'took too long to open')
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      this.#client.waitForReady(Date.now() + connectMs, error => {
        signal.removeEventListener('abort', abort)
        if (error) fail('unreachable', 'no connection came about')
        else resolve()
      })
    })
  }

  #begin(): void {
    const { access, model = 'telephony' } = this.#config
    const { path, requestSerialize, responseDeserialize } = streamingRecognize
    const metadata = credentialsOf(access, Date.now())
    const call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata)
    call.write(greeting(localeOf(this.#session.language), model))
    this.#current = new Utterance(call, {
      accepted: () => this.#judged?.(null),
      tell: event => this.#tell(event),
      ended: (utterance, error) => this.#ended(utterance, error),
    })
  }

  #renew(pausedMs: number | null): void {
    const current = this.#current
    if (!current || this.#over) return
    this.#finishing.add(current)
    this.#heardAt = performance.now()
    this.#begin()
    current.finish(pausedMs, this.#silentMs)
  }

  #tell(event: Parameters<RecognizerSession['onEvent']>[0]): void {
    this.#stumbles = 0
    this.#heardAt = performance.now()
    if (!this.#over) this.#session.onEvent(event)
  }

  #ended(utterance: Utterance, error: StreamError | null): void {
    this.#finishing.delete(utterance)
    if (this.#over) return
    const fault = error ? this.#faultOf(error) : null
    if (fault && this.#judged) return this.#judged(fault)
    const renewable = !error || RENEWABLE.has(error.code)
    if (utterance === this.#current) this.#lost(utterance, { fault, renewable })
    else if (fault && !renewable) this.#fail(fault)
  }

  /** The stream that hears is over, which nobody asked for. */
  #lost({ sentMs }: Utterance, { fault, renewable }: { fault: VoiceFault | null; renewable: boolean }): void {
    this.#stumbles = sentMs < STUMBLED_MS ? this.#stumbles + 1 : 0
    if (renewable && this.#stumbles <= MOST_STUMBLES) {
      this.#begin()
      if (fault?.kind === 'protocol') this.#session.onEvent({ type: 'fault', fault, fatal: false })
    } else {
      this.#fail(fault ?? new VoiceFault(PROVIDER, 'protocol', { message: 'streams end as they begin' }))
    }
  }

  #fail(fault: VoiceFault): void {
    this.#close()
    this.#session.onEvent({ type: 'fault', fault, fatal: true })
  }

  #close(): void {
    if (this.#over) return
    this.#over = true
    this.#current?.cancel()
    for (const utterance of this.#finishing) utterance.cancel()
    this.#client.close()
  }

  /** A ping without an answer drops the connection, which grpc tells in the same words as any other end of it. */
  #faultOf(error: StreamError): VoiceFault {
    const silentMs = performance.now() - this.#heardAt
    if (error.code !== status.UNAVAILABLE || silentMs < this.#halfOpenMs) {
      return faultOf(error, secretOf(this.#config.access))
    }
    const message = `gave no sign of life for ${Math.round(silentMs)} ms`
    return new VoiceFault(PROVIDER, 'timeout', { message })
  }
}

function greeting(languageCode: string, model: string): RecognizeRequest {
  return {
    streamingConfig: {
      config: {
        encoding: 'MULAW',
        sampleRateHertz: 8000,
        audioChannelCount: 1,
        languageCode,
        enableWordTimeOffsets: true,
        enableAutomaticPunctuation: true,
        model,
      },
      interimResults: true,
    },
  }
}
