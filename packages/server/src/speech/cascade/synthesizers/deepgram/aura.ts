import { HttpSpeech } from '../../http-speech.ts'
import type { Synthesizer } from '../../port.ts'
import { PROVIDER } from './voices.ts'

export interface AuraConfig {
  readonly apiKey: string
  /** Default `https://api.deepgram.com`. */
  readonly url?: string
}

/** Deepgram's Aura, which speaks µ-law itself. https://developers.deepgram.com/reference/text-to-speech/speak-request */
export function auraSynthesizer(config: AuraConfig): Synthesizer {
  return {
    open: async ({ voice }) =>
      new HttpSpeech({
        provider: PROVIDER,
        url: speakUrl(config, voice),
        headers: { authorization: `Token ${config.apiKey}`, 'content-type': 'application/json' },
        body: text => JSON.stringify({ text }),
        sampleRateHz: 8000,
        decoder: () => bytes => bytes,
      }),
  }
}

/** Without a container the answer is audio from its first byte on. */
function speakUrl({ url = 'https://api.deepgram.com' }: AuraConfig, voice: string): URL {
  const speak = new URL(`${url.replace(/\/+$/u, '')}/v1/speak`)
  speak.protocol = speak.protocol.replace('ws', 'http')
  const settings = { model: voice, encoding: 'mulaw', sample_rate: '8000', container: 'none' }
  for (const [name, value] of Object.entries(settings)) speak.searchParams.set(name, value)
  return speak
}
