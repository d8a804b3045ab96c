import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js'
import { localeOf } from '../../../languages.ts'
import { VoiceFault } from '../../../port.ts'
import type { SocketDeadlines } from '../../../socket-session.ts'
import type { Recognizer, RecognizerSession, RecognizerStream } from '../../port.ts'
import { credentialsOf, type GoogleAccess, secretOf } from './credentials.ts'
import { type RecognizeRequest, streamingRecognize } from './protocol.ts'
import { faultOf, PROVIDER } from './results.ts'
import { Utterance } from './utterance.ts'

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

/** Google ends connections that ping much more often while nothing is said. */
const usualDeadlines: SocketDeadlines = { connectMs: 5_000, pingMs: 10_000, silentMs: 3_000 }
const STREAM_LIMIT_MS = 290_000
/** Silence is used to begin a new stream before the limit cuts a word. */
const RENEW_EARLY = 0.8
/** A refusal comes within this; where none comes the service listens, and says nothing until it hears. */
const REFUSAL_PATIENCE_MS = 150
/** So many streams in a row that end as soon as they begin are no accident. */
const MOST_STUMBLES = 3
const STUMBLED_MS = 1_000

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
  readonly #halfOpenMs: number
  readonly #finishing = new Set<Utterance>()
  #current: Utterance | null = null
  #refused: ((fault: VoiceFault) => void) | null = null
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
      const timer = setTimeout(resolve, REFUSAL_PATIENCE_MS, null)
      this.#refused = fault => {
        clearTimeout(timer)
        resolve(fault)
      }
      this.#begin()
    })
    this.#refused = null
    if (refusal) throw refusal
  }

  hear(frame: Uint8Array, atMs: number): void {
    const current = this.#current
    if (!current) return
    current.hear(frame, atMs)
    const limitMs = this.#speaking ? this.#limitMs : this.#limitMs * RENEW_EARLY
    if (current.sentMs >= limitMs) this.#renew(null)
  }

  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    this.#speaking = type === 'started'
    if (type === 'started') this.#current?.started(atMs)
    else this.#renew(atMs)
  }

  expect(): void {
    // Google takes phrases when a stream is opened; which come next is known only while one runs.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#current?.cancel()
    for (const utterance of this.#finishing) utterance.cancel()
    this.#client.close()
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
      tell: event => this.#tell(event),
      ended: (utterance, error) => this.#ended(utterance, error),
    })
  }

  #renew(pausedMs: number | null): void {
    const current = this.#current
    if (!current || this.#over) return
    this.#finishing.add(current)
    this.#begin()
    current.finish(pausedMs)
  }

  #tell(event: Parameters<RecognizerSession['onEvent']>[0]): void {
    this.#stumbles = 0
    this.#heardAt = performance.now()
    if (!this.#over) this.#session.onEvent(event)
  }

  #ended(utterance: Utterance, error: ServiceError | null): void {
    const wasCurrent = utterance === this.#current
    this.#finishing.delete(utterance)
    if (this.#over || (!wasCurrent && !error)) return
    const fault = error ? this.#faultOf(error) : null
    if (fault && this.#refused) return this.#refused(fault)
    const renewable = !error || [status.OUT_OF_RANGE, status.INTERNAL, status.ABORTED].includes(error.code)
    this.#stumbles = utterance.sentMs < STUMBLED_MS ? this.#stumbles + 1 : 0
    if (wasCurrent && renewable && this.#stumbles <= MOST_STUMBLES) {
      this.#begin()
      if (error?.code === status.INTERNAL && fault)
        this.#session.onEvent({ type: 'fault', fault, fatal: false })
    } else if (fault && (wasCurrent || !renewable)) {
      this.#current = null
      this.#session.onEvent({ type: 'fault', fault, fatal: true })
    }
  }

  /** A ping without an answer drops the connection, which grpc tells in the same words as any other end of it. */
  #faultOf(error: ServiceError): VoiceFault {
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
