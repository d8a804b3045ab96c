import { encodeMulaw } from '@parley/wire/audio/g711'
import { Pcm16Reader } from '@parley/wire/audio/pcm16'
import { Resampler } from '@parley/wire/audio/resample'
import { VoiceFault } from '../../../port.ts'
import { faultKindOfStatus } from '../../../voice-fault.ts'
import type { Synthesizer, SynthesizerStream } from '../../port.ts'
import { PROVIDER } from './voices.ts'

export interface OpenAiSpeechConfig {
  readonly apiKey: string
  /** Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string
}

const MODEL = 'gpt-4o-mini-tts'
/** What `pcm` means: 16-bit little-endian, mono. */
const SPEAKS_HZ = 24_000
const LINE_HZ = 8000

interface Spoken {
  readonly audio: Uint8Array
  readonly text: string
}

/** OpenAI's speech endpoint: one request for each clause, whose audio streams back. */
export function openAiSpeech(config: OpenAiSpeechConfig): Synthesizer {
  return { open: async ({ voice }) => new OpenAiSpeech(config, voice) }
}

class OpenAiSpeech implements SynthesizerStream {
  readonly #config: OpenAiSpeechConfig
  readonly #voice: string
  readonly #ending = new AbortController()

  constructor(config: OpenAiSpeechConfig, voice: string) {
    this.#config = config
    this.#voice = voice
  }

  async *speak(text: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Spoken> {
    const both = AbortSignal.any([signal, this.#ending.signal])
    for await (const clause of text) {
      both.throwIfAborted()
      if (clause.trim() !== '') yield* this.#clause(clause, both)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new DOMException('the synthesizer is closed', 'AbortError'))
  }

  /** Its words are told with its first audio. A reader who leaves early cancels the request. */
  async *#clause(clause: string, signal: AbortSignal): AsyncGenerator<Spoken> {
    const left = new AbortController()
    const pcm = new Pcm16Reader()
    const resampler = new Resampler(SPEAKS_HZ, LINE_HZ)
    let text = clause
    try {
      const body = await this.#request(clause, AbortSignal.any([signal, left.signal]))
      for await (const bytes of body) {
        const audio = encodeMulaw(resampler.push(pcm.push(bytes)))
        if (audio.length === 0) continue
        yield { audio, text }
        text = ''
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw error instanceof VoiceFault ? error : unreachable()
    } finally {
      left.abort()
    }
    if (text !== '') throw new VoiceFault(PROVIDER, 'protocol', { message: 'the answer had no audio' })
  }

  async #request(input: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { apiKey, baseUrl = 'https://api.openai.com/v1' } = this.#config
    const response = await fetch(`${baseUrl.replace(/\/+$/u, '')}/audio/speech`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: MODEL, voice: this.#voice, input, response_format: 'pcm' }),
      signal,
    })
    if (response.ok && response.body) return response.body
    const quota = response.status === 429 && (await response.text()).includes('insufficient_quota')
    const message = `the server answered HTTP ${response.status}`
    throw new VoiceFault(PROVIDER, quota ? 'quota' : faultKindOfStatus(response.status), { message })
  }
}

/** fetch tells network trouble in errors that carry addresses and nothing to act on. */
function unreachable(): VoiceFault {
  return new VoiceFault(PROVIDER, 'unreachable', { message: 'the connection broke' })
}
