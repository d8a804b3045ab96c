import { ApiError } from '@parley/contract/errors'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { wavHeader } from '@parley/wire/audio/wav-header'
import type { Mp3Maker } from '../files/mp3/mp3-maker.ts'
import type { Sampler, WantedSample } from '../speech/port.ts'
import { ByteCache } from './byte-cache.ts'
import { previewWords } from './preview-words.ts'
import { providerTrouble } from './provider-trouble.ts'

export interface PreviewDeps {
  readonly sampler: Sampler
  readonly mp3: Pick<Mp3Maker, 'encode' | 'isFull'>
  /** Milliseconds. */
  readonly clock: () => number
}

export type PreviewedVoice = Pick<WantedSample, 'mode' | 'voice' | 'provider'> & {
  readonly languages: readonly string[]
}

export type PreviewFormat = 'wav' | 'mp3'

/** A preview takes 80 kB as WAV and 20 as MP3: the platform's voices, all of them, and many of customers. */
const kept = { bytes: 32 * 1024 * 1024, ageMs: 24 * 3_600_000 }
const mostAtOnce = 8
const patienceMs = 20_000
const askAgainSeconds = 5

/** A short sentence in each voice, spoken when somebody first asks. */
export class Previews {
  readonly #deps: PreviewDeps
  readonly #kept: ByteCache
  readonly #making = new Map<string, Promise<Uint8Array>>()

  constructor(deps: PreviewDeps) {
    this.#deps = deps
    this.#kept = new ByteCache(kept, deps.clock)
  }

  /**
   * Rejects with ApiError where the provider fails, or too many are being made. `admit` is asked before a provider is:
   * where it rejects, nothing is made.
   */
  async audioOf(
    voice: PreviewedVoice,
    format: PreviewFormat,
    admit: () => Promise<void>,
  ): Promise<Uint8Array> {
    const wav = `wav ${keyOf(voice)}`
    const key = format === 'wav' ? wav : `mp3 ${keyOf(voice)}`
    if (![wav, key].some(one => this.#kept.get(one) !== undefined || this.#making.has(one))) {
      if (this.#making.size >= mostAtOnce) throw tooMany()
      await admit()
    }
    if (format === 'wav') return await this.#once(wav, () => this.#speak(voice))
    return await this.#once(key, async () => {
      const spoken = await this.#once(wav, () => this.#speak(voice))
      if (this.#deps.mp3.isFull) throw tooMany()
      return await this.#deps.mp3.encode(spoken)
    })
  }

  async #speak({ languages, ...voice }: PreviewedVoice): Promise<Uint8Array> {
    const words = previewWords(languages)
    const patience = AbortSignal.timeout(patienceMs)
    try {
      return asWav(await this.#deps.sampler.sample({ ...voice, ...words }, patience))
    } catch (error) {
      throw providerTrouble(voice.provider, error)
    }
  }

  /** Kept, or made by one of those who ask while the others wait for it. */
  #once(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#kept.get(key)
    if (known !== undefined) return Promise.resolve(known)
    const going = this.#making.get(key)
    if (going !== undefined) return going
    const making = make()
      .then(made => {
        this.#kept.set(key, made)
        return made
      })
      .finally(() => this.#making.delete(key))
    this.#making.set(key, making)
    return making
  }
}

function keyOf({ mode, provider, voice, languages }: PreviewedVoice): string {
  return JSON.stringify([mode, provider, voice, previewWords(languages).language])
}

function asWav(mulaw: Uint8Array): Uint8Array {
  const samples = decodeMulaw(mulaw)
  const data = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  const format = { channels: 1, sampleRateHz: 8_000, bitsPerSample: 16 }
  return new Uint8Array(Buffer.concat([wavHeader(format, data.length), data]))
}

function tooMany(): ApiError {
  return new ApiError('overloaded', { retryAfterSeconds: askAgainSeconds })
}
