import { encodeMulaw } from '@parley/wire/audio/g711'
import { Pcm16Reader } from '@parley/wire/audio/pcm16'
import { Resampler } from '@parley/wire/audio/resample'
import { HttpSpeech } from '../../http-speech.ts'
import type { Synthesizer } from '../../port.ts'
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

/** OpenAI's speech endpoint. https://platform.openai.com/docs/api-reference/audio/createSpeech */
export function openAiSpeech({
  apiKey,
  baseUrl = 'https://api.openai.com/v1',
}: OpenAiSpeechConfig): Synthesizer {
  const endpoint = {
    provider: PROVIDER,
    url: new URL(`${baseUrl.replace(/\/+$/u, '')}/audio/speech`),
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    sampleRateHz: SPEAKS_HZ,
    decoder,
  }
  return {
    open: async ({ voice }) =>
      new HttpSpeech({
        ...endpoint,
        body: input => JSON.stringify({ model: MODEL, voice, input, response_format: 'pcm' }),
      }),
  }
}

function decoder(): (bytes: Uint8Array) => Uint8Array {
  const pcm = new Pcm16Reader()
  const resampler = new Resampler(SPEAKS_HZ, LINE_HZ)
  return bytes => encodeMulaw(resampler.push(pcm.push(bytes)))
}
