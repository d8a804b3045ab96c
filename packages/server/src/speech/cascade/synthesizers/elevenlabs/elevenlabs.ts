import { openSocket, type SocketDeadlines } from '../../../socket-session.ts'
import type { Spoken, Synthesizer, SynthesizerStream } from '../../port.ts'
import { beginUtterance, PROVIDER, takesLanguage } from './stream-input.ts'
import { Utterance } from './utterance.ts'

export interface ElevenLabsConfig {
  readonly apiKey: string
  /** Default `wss://api.elevenlabs.io`. */
  readonly url?: string
  /** Default `eleven_flash_v2_5`. */
  readonly model?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** The longest that the service lets a connection wait for text, in seconds. */
const INACTIVITY_S = 180
/** A connection is opened ahead of its utterance, and replaced before the service gives it up. */
const FRESH_MS = (INACTIVITY_S - 30) * 1000

export function elevenLabsSynthesizer(config: ElevenLabsConfig): Synthesizer {
  return {
    open: async (session, signal) => {
      const stream = new ElevenLabsStream(config, session)
      await stream.warmUp(signal)
      return stream
    },
  }
}

interface Warm {
  readonly utterance: Promise<Utterance>
  readonly openedAt: number
}

/** Speaks each utterance on a connection of its own; the next one is opened while this one speaks. */
class ElevenLabsStream implements SynthesizerStream {
  readonly #config: ElevenLabsConfig
  readonly #session: { voice: string; language: string }
  readonly #ending = new AbortController()
  #warm: Warm | null = null

  constructor(config: ElevenLabsConfig, session: { voice: string; language: string }) {
    this.#config = config
    this.#session = session
  }

  /** Rejects with VoiceFault. */
  async warmUp(signal: AbortSignal): Promise<void> {
    this.#warm = this.#connect(signal)
    await this.#warm.utterance
  }

  async *speak(text: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Spoken> {
    const both = AbortSignal.any([signal, this.#ending.signal])
    const utterance = await this.#take(both)
    this.#warm = this.#connect(this.#ending.signal)
    const stop = () => utterance.audio.fail(both.reason as Error)
    both.addEventListener('abort', stop, { once: true })
    try {
      void utterance.feed(text, both)
      if (both.aborted) stop()
      yield* utterance.audio
    } finally {
      both.removeEventListener('abort', stop)
      await utterance[Symbol.asyncDispose]()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new DOMException('the synthesizer is closed', 'AbortError'))
    const warm = this.#warm
    this.#warm = null
    const utterance = await warm?.utterance.catch(() => null)
    await utterance?.[Symbol.asyncDispose]()
  }

  async #take(signal: AbortSignal): Promise<Utterance> {
    const warm = this.#warm
    this.#warm = null
    const ready = await warm?.utterance.catch(() => null)
    if (ready && warm && !ready.over && performance.now() - warm.openedAt < FRESH_MS) return ready
    await ready?.[Symbol.asyncDispose]()
    return await this.#connect(signal).utterance
  }

  #connect(signal: AbortSignal): Warm {
    const utterance = this.#open(signal)
    // Whoever takes it meets the failure; until then nobody listens.
    utterance.catch(() => undefined)
    return { utterance, openedAt: performance.now() }
  }

  async #open(signal: AbortSignal): Promise<Utterance> {
    const utterance = new Utterance()
    const socket = await openSocket(
      {
        provider: PROVIDER,
        url: streamInputUrl(this.#config, this.#session),
        headers: { 'xi-api-key': this.#config.apiKey },
        secret: this.#config.apiKey,
        onMessage: frame => utterance.received(frame),
        onLost: fault => utterance.lost(fault),
        ...(this.#config.deadlines ? { deadlines: this.#config.deadlines } : {}),
      },
      signal,
    )
    utterance.attach(socket)
    socket.send(beginUtterance)
    return utterance
  }
}

function streamInputUrl(config: ElevenLabsConfig, session: { voice: string; language: string }): URL {
  const { url = 'wss://api.elevenlabs.io', model = 'eleven_flash_v2_5' } = config
  const voice = encodeURIComponent(session.voice)
  const target = new URL(`${url.replace(/\/+$/u, '')}/v1/text-to-speech/${voice}/stream-input`)
  target.protocol = target.protocol.replace('http', 'ws')
  const settings = {
    model_id: model,
    output_format: 'ulaw_8000',
    // We send whole clauses, so nothing is gained by waiting for more.
    auto_mode: 'true',
    sync_alignment: 'true',
    inactivity_timeout: String(INACTIVITY_S),
    ...(takesLanguage(model) ? { language_code: session.language.split('-')[0]?.toLowerCase() ?? 'en' } : {}),
  }
  for (const [name, value] of Object.entries(settings)) target.searchParams.set(name, value)
  return target
}
