import { VoiceFault } from '../../../port.ts'
import { openSocket, type SocketDeadlines, type SocketSession } from '../../../socket-session.ts'
import type { Spoken, Synthesizer, SynthesizerStream } from '../../port.ts'
import { parseCartesia, PROVIDER } from './messages.ts'
import { Utterance } from './utterance.ts'

export interface CartesiaConfig {
  readonly apiKey: string
  /** Default `wss://api.cartesia.ai`. */
  readonly url?: string
  /** Default `sonic-3`. */
  readonly model?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** The protocol's date, sent with every connection. */
export const VERSION = '2026-03-01'
/** The service gives up a connection that was idle for five minutes. */
const FRESH_MS = 4.5 * 60_000
/** A frame that cannot be read costs nothing; a far end that sends so many speaks something else. */
const MOST_GARBAGE = 5

export function cartesiaSynthesizer(config: CartesiaConfig): Synthesizer {
  return {
    open: async (session, signal) => {
      const stream = new CartesiaStream(config, session)
      await stream.warmUp(signal)
      return stream
    },
  }
}

/** Speaks all utterances of a call on one connection, which is opened again when it was lost. */
class CartesiaStream implements SynthesizerStream {
  readonly #config: CartesiaConfig
  readonly #session: { voice: string; language: string }
  readonly #ending = new AbortController()
  #socket: SocketSession | null = null
  #usedAt = 0
  #speaking: Utterance | null = null
  #garbage = 0

  constructor(config: CartesiaConfig, session: { voice: string; language: string }) {
    this.#config = config
    this.#session = session
  }

  /** Rejects with VoiceFault. */
  async warmUp(signal: AbortSignal): Promise<void> {
    await this.#connection(signal)
  }

  async *speak(text: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Spoken> {
    const both = AbortSignal.any([signal, this.#ending.signal])
    const socket = await this.#connection(both)
    const { voice, language } = this.#session
    const model = this.#config.model ?? 'sonic-3'
    const utterance = new Utterance(socket, { model, voice, language: shortTag(language) })
    this.#speaking = utterance
    const abort = () => {
      utterance.stop()
      utterance.fail(both.reason as Error)
    }
    both.addEventListener('abort', abort, { once: true })
    try {
      both.throwIfAborted()
      void utterance.feed(text)
      yield* utterance.audio
      both.throwIfAborted()
    } finally {
      both.removeEventListener('abort', abort)
      utterance.stop()
      this.#usedAt = performance.now()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new DOMException('the synthesizer is closed', 'AbortError'))
    await this.#socket?.[Symbol.asyncDispose]()
  }

  async #connection(signal: AbortSignal): Promise<SocketSession> {
    const ready = this.#socket
    if (ready && !ready.over && performance.now() - this.#usedAt < FRESH_MS) return ready
    await ready?.[Symbol.asyncDispose]()
    const socket = await openSocket(
      {
        provider: PROVIDER,
        url: websocketUrl(this.#config),
        headers: { 'x-api-key': this.#config.apiKey, 'cartesia-version': VERSION },
        secret: this.#config.apiKey,
        onMessage: frame => this.#received(frame),
        onLost: fault => this.#speaking?.fail(fault),
        ...(this.#config.deadlines ? { deadlines: this.#config.deadlines } : {}),
      },
      signal,
    )
    this.#socket = socket
    this.#usedAt = performance.now()
    this.#garbage = 0
    return socket
  }

  /** What still comes of an utterance that was stopped is dropped. */
  #received(frame: string): void {
    const message = parseCartesia(frame)
    if (message.type === 'other') return
    if (message.type === 'garbage') {
      this.#garbage++
      if (this.#garbage > MOST_GARBAGE) this.#speaking?.fail(unreadable())
    } else if (message.contextId === null || message.contextId === this.#speaking?.contextId) {
      this.#speaking?.received(message)
    }
  }
}

function websocketUrl({ url = 'wss://api.cartesia.ai' }: CartesiaConfig): URL {
  const target = new URL(`${url.replace(/\/+$/u, '')}/tts/websocket`)
  target.protocol = target.protocol.replace('http', 'ws')
  return target
}

function shortTag(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? 'en'
}

function unreadable(): VoiceFault {
  return new VoiceFault(PROVIDER, 'protocol', { message: 'the frames could not be read' })
}
