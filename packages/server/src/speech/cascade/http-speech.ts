import { VoiceFault } from '../port.ts'
import { faultKindOfStatus } from '../voice-fault.ts'
import { answeredFormat, beginningOf } from './audio-format.ts'
import type { Spoken, SynthesizerStream } from './port.ts'

/** A vendor's speech over plain HTTP: one request for each clause, whose audio streams back. */
export interface SpeechEndpoint {
  readonly provider: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  body(clause: string): string
  /** Samples in a second of what was asked for. */
  readonly sampleRateHz: number
  /** Makes µ-law at 8 kHz of one answer's bytes, which may be cut anywhere. */
  decoder(): (bytes: Uint8Array) => Uint8Array
}

export class HttpSpeech implements SynthesizerStream {
  readonly #endpoint: SpeechEndpoint
  readonly #ending = new AbortController()

  constructor(endpoint: SpeechEndpoint) {
    this.#endpoint = endpoint
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
    const decode = this.#endpoint.decoder()
    let text = clause
    let begun = false
    try {
      const body = await this.#request(clause, AbortSignal.any([signal, left.signal]))
      for await (const bytes of body) {
        const container = begun ? null : beginningOf(bytes)
        if (container !== null) throw unasked(this.#endpoint.provider, `begins as ${container}`)
        begun = true
        const audio = decode(bytes)
        if (audio.length === 0) continue
        yield { audio, text }
        text = ''
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw error instanceof VoiceFault ? error : unreachable(this.#endpoint.provider)
    } finally {
      left.abort()
    }
    if (text !== '')
      throw new VoiceFault(this.#endpoint.provider, 'protocol', { message: 'the answer had no audio' })
  }

  async #request(clause: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { provider, url, headers, sampleRateHz } = this.#endpoint
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers },
      body: this.#endpoint.body(clause),
      signal,
    })
    if (response.ok && response.body) {
      const wrong = answeredFormat(response.headers.get('content-type'), sampleRateHz)
      if (wrong !== null) throw unasked(provider, wrong)
      return response.body
    }
    const quota = response.status === 429 && (await response.text()).includes('insufficient_quota')
    const message = `the server answered HTTP ${response.status}`
    throw new VoiceFault(provider, quota ? 'quota' : faultKindOfStatus(response.status), { message })
  }
}

/** fetch tells network trouble in errors that carry addresses and nothing to act on. */
function unreachable(provider: string): VoiceFault {
  return new VoiceFault(provider, 'unreachable', { message: 'the connection broke' })
}

/** Sound in another form than was asked for would be noise, or too fast. */
function unasked(provider: string, what: string): VoiceFault {
  return new VoiceFault(provider, 'protocol', { message: `the answer ${what}` })
}
