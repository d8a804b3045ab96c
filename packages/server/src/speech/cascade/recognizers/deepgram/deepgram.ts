import { VoiceFault } from '../../../port.ts'
import { openSocket, type SocketDeadlines, type SocketSession } from '../../../socket-session.ts'
import { AudioPlace } from '../../audio-place.ts'
import type { Recognizer, RecognizerEvent, RecognizerSession, RecognizerStream } from '../../port.ts'
import { parseDeepgram } from './results.ts'

export const PROVIDER = 'deepgram'

export interface DeepgramConfig {
  readonly apiKey: string
  /** Default `wss://api.deepgram.com`. */
  readonly url?: string
  /** Default `nova-3`. */
  readonly model?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** Deepgram closes a stream that had neither audio nor this for ten seconds. */
const KEEP_ALIVE_MS = 4_000

export function deepgramRecognizer(config: DeepgramConfig): Recognizer {
  return {
    capabilities: { wordTimes: true },
    open: (session, signal) => openStream(config, session, signal),
  }
}

async function openStream(
  config: DeepgramConfig,
  session: RecognizerSession,
  signal: AbortSignal,
): Promise<RecognizerStream> {
  const tell = (event: RecognizerEvent) => session.onEvent(event)
  let stream: DeepgramStream | null = null
  const socket = await openSocket(
    {
      provider: PROVIDER,
      url: listenUrl(config, session.language),
      headers: { authorization: `Token ${config.apiKey}` },
      secret: config.apiKey,
      onMessage: frame => stream?.received(frame),
      onLost: fault => tell({ type: 'fault', fault, fatal: true }),
      ...(config.deadlines ? { deadlines: config.deadlines } : {}),
    },
    signal,
  )
  stream = new DeepgramStream(socket, tell)
  return stream
}

/** Short endpointing, because the cascade's own detector decides; utterance ends as a second net. */
function listenUrl({ url, model = 'nova-3' }: DeepgramConfig, language: string): URL {
  const listen = new URL(`${(url ?? 'wss://api.deepgram.com').replace(/\/+$/u, '')}/v1/listen`)
  listen.protocol = listen.protocol.replace('http', 'ws')
  const settings = {
    model,
    language,
    encoding: 'mulaw',
    sample_rate: '8000',
    channels: '1',
    interim_results: 'true',
    endpointing: '300',
    utterance_end_ms: '1000',
    vad_events: 'true',
    punctuate: 'true',
    numerals: 'true',
  }
  for (const [name, value] of Object.entries(settings)) listen.searchParams.set(name, value)
  return listen
}

/** One call's stream. Its times are moved onto the media clock. */
class DeepgramStream implements RecognizerStream {
  readonly #socket: SocketSession
  readonly #tell: (event: RecognizerEvent) => void
  readonly #keepAlive: NodeJS.Timeout
  readonly #place = new AudioPlace()
  #sentSince = false
  /** Words were guessed that no final has covered yet. */
  #guessing = false
  #settled = false
  #paused = false
  #over = false

  constructor(socket: SocketSession, tell: (event: RecognizerEvent) => void) {
    this.#socket = socket
    this.#tell = tell
    this.#keepAlive = setInterval(() => {
      if (!this.#sentSince) this.#socket.send('{"type":"KeepAlive"}')
      this.#sentSince = false
    }, KEEP_ALIVE_MS)
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#place.sent(frame.length, atMs)
    this.#sentSince = true
    this.#socket.send(frame)
  }

  /** A pause that Deepgram has already settled is answered at once: a Finalize with nothing to flush stays unanswered. */
  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    this.#paused = type === 'stopped'
    if (type === 'started') {
      this.#settled = false
      return
    }
    this.#socket.send('{"type":"Finalize"}')
    if (this.#settled && !this.#guessing) this.#tell({ type: 'final', text: '', startMs: atMs, endMs: atMs })
  }

  expect(): void {
    // Deepgram takes its key terms when the stream is opened, and not later.
  }

  received(frame: string): void {
    if (this.#over) return
    const message = parseDeepgram(frame)
    if (message.type === 'results') this.#results(message)
    else if (message.type === 'utterance_end') this.#utteranceEnd()
    else if (message.type === 'garbage') this.#stumble('a frame could not be read')
    else if (message.type === 'error') this.#stumble(message.message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#keepAlive)
    this.#socket.send('{"type":"CloseStream"}')
    await this.#socket[Symbol.asyncDispose]()
  }

  #results(result: Extract<ReturnType<typeof parseDeepgram>, { type: 'results' }>): void {
    const { text, fixed, settled } = result
    const recognized = this.#place.recognized(result)
    this.#guessing = !fixed && text !== ''
    this.#settled = settled
    if (!fixed) {
      if (text !== '') this.#tell({ type: 'partial', ...recognized })
    } else if (text !== '' || settled) {
      this.#tell({ type: 'final', ...recognized, more: !(settled && this.#paused) })
    }
  }

  #utteranceEnd(): void {
    const atMs = this.#place.untilMs
    if (this.#paused && !this.#guessing) this.#tell({ type: 'final', text: '', startMs: atMs, endMs: atMs })
  }

  #stumble(message: string): void {
    this.#tell({ type: 'fault', fault: new VoiceFault(PROVIDER, 'protocol', { message }), fatal: false })
  }
}
