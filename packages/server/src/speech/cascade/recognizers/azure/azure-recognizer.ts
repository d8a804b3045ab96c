import { randomUUID } from 'node:crypto'
import { localeOf } from '../../../languages.ts'
import { VoiceFault } from '../../../port.ts'
import { openSocket, type SocketDeadlines, type SocketSession } from '../../../socket-session.ts'
import { AudioPlace } from '../../audio-place.ts'
import type { Recognizer, RecognizerEvent, RecognizerSession, RecognizerStream } from '../../port.ts'
import { audioMessage, greeting, mulawHeader, parseUsp, type UspMessage } from './usp.ts'

export const PROVIDER = 'azure'

export interface AzureRecognizerConfig {
  readonly apiKey: string
  /** Of the resource, such as `westeurope`. */
  readonly region: string
  /** Default: the region's own. */
  readonly recognitionUrl?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** While a turn is being ended its successor's audio waits; what waits longer than this is beyond rescue. */
const MOST_WAITING = 500

/** Azure's streaming recognition. A turn of the protocol lasts from pause to pause of the callee. */
export function azureRecognizer(config: AzureRecognizerConfig): Recognizer {
  return {
    capabilities: { wordTimes: true },
    open: async (session, signal) => await openStream(config, session, signal),
  }
}

async function openStream(
  config: AzureRecognizerConfig,
  session: RecognizerSession,
  signal: AbortSignal,
): Promise<RecognizerStream> {
  let stream: AzureStream | null = null
  const socket = await openSocket(
    {
      provider: PROVIDER,
      url: recognitionUrl(config, localeOf(session.language)),
      headers: { 'ocp-apim-subscription-key': config.apiKey, 'x-connectionid': newId() },
      secret: config.apiKey,
      onMessage: frame => stream?.received(frame),
      onLost: fault => session.onEvent({ type: 'fault', fault, fatal: true }),
      ...(config.deadlines ? { deadlines: config.deadlines } : {}),
    },
    signal,
  )
  stream = new AzureStream(socket, event => session.onEvent(event))
  return stream
}

function recognitionUrl({ region, recognitionUrl: root }: AzureRecognizerConfig, language: string): URL {
  const host = root ?? `wss://${region}.stt.speech.microsoft.com`
  const path = '/speech/recognition/conversation/cognitiveservices/v1'
  const url = new URL(`${host.replace(/\/+$/u, '')}${path}`)
  url.protocol = url.protocol.replace('http', 'ws')
  const settings = { language, format: 'detailed', wordLevelTimestamps: 'true' }
  for (const [name, value] of Object.entries(settings)) url.searchParams.set(name, value)
  return url
}

class AzureStream implements RecognizerStream {
  readonly #socket: SocketSession
  readonly #tell: (event: RecognizerEvent) => void
  #requestId = newId()
  #place = new AudioPlace()
  /** Pauses that `turn.end` answers; null: the turn goes on. */
  #ending: { pausedMs: number } | null = null
  #waiting: { frame: Uint8Array; atMs: number }[] = []
  #over = false

  constructor(socket: SocketSession, tell: (event: RecognizerEvent) => void) {
    this.#socket = socket
    this.#tell = tell
    socket.send(greeting(newId(), new Date()))
    this.#begin()
  }

  hear(frame: Uint8Array, atMs: number): void {
    if (!this.#ending) return this.#send(frame, atMs)
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ frame: Uint8Array.from(frame), atMs })
  }

  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    if (type === 'started' || this.#over) return
    if (!this.#ending) this.#socket.send(audioMessage(this.#requestId, new Uint8Array(), new Date()))
    this.#ending = { pausedMs: atMs }
  }

  expect(): void {
    // Azure takes phrases with the context of a turn, before what is expected is known.
  }

  received(frame: string): void {
    if (this.#over) return
    const message = parseUsp(frame)
    if (message.type === 'garbage') {
      const fault = new VoiceFault(PROVIDER, 'protocol', { message: 'a frame could not be read' })
      this.#tell({ type: 'fault', fault, fatal: false })
    } else if (
      message.type !== 'other' &&
      message.requestId.toLowerCase() === this.#requestId.toLowerCase()
    ) {
      this.#told(message)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#socket[Symbol.asyncDispose]()
  }

  #told(message: Exclude<UspMessage, { type: 'other' | 'garbage' }>): void {
    if (message.type === 'turn_end') return this.#turnEnd()
    if (message.text === '') return
    if (message.type === 'phrase')
      this.#tell({ type: 'final', ...this.#place.recognized(message), more: true })
    else this.#tell({ type: 'partial', ...this.#place.recognized({ ...message, words: [] }) })
  }

  /** The service also ends turns by itself, after a long silence or a long time. */
  #turnEnd(): void {
    const ended = this.#ending
    this.#ending = null
    this.#begin()
    for (const { frame, atMs } of this.#waiting.splice(0)) this.#send(frame, atMs)
    if (ended) this.#tell({ type: 'final', text: '', startMs: ended.pausedMs, endMs: ended.pausedMs })
  }

  #begin(): void {
    this.#requestId = newId()
    this.#place = new AudioPlace()
    this.#socket.send(audioMessage(this.#requestId, mulawHeader(), new Date()))
  }

  #send(frame: Uint8Array, atMs: number): void {
    this.#place.sent(frame.length, atMs)
    this.#socket.send(audioMessage(this.#requestId, frame, new Date()))
  }
}

function newId(): string {
  return randomUUID().replaceAll('-', '').toUpperCase()
}
