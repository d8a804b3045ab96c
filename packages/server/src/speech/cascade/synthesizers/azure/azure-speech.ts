import { localeOf } from '../../../languages.ts'
import { HttpSpeech } from '../../http-speech.ts'
import type { Synthesizer } from '../../port.ts'
import { ssml } from './ssml.ts'
import { PROVIDER } from './voices.ts'

export interface AzureSpeechConfig {
  readonly apiKey: string
  /** Of the resource, such as `westeurope`. */
  readonly region: string
  /** Default: the region's own. */
  readonly synthesisUrl?: string
}

/**
 * Azure's speech over HTTP, which speaks µ-law itself.
 * https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech
 */
export function azureSpeech({ apiKey, region, synthesisUrl }: AzureSpeechConfig): Synthesizer {
  const root = synthesisUrl ?? `https://${region}.tts.speech.microsoft.com`
  const endpoint = {
    provider: PROVIDER,
    url: new URL(`${root.replace(/\/+$/u, '')}/cognitiveservices/v1`),
    headers: {
      'ocp-apim-subscription-key': apiKey,
      'content-type': 'application/ssml+xml',
      'x-microsoft-outputformat': 'raw-8khz-8bit-mono-mulaw',
      'user-agent': 'Parley',
    },
    sampleRateHz: 8000,
    decoder: () => (bytes: Uint8Array) => bytes,
  }
  return {
    open: async ({ voice, language }) => {
      const spoken = { voice, language: localeOf(language) }
      return new HttpSpeech({ ...endpoint, body: text => ssml(text, spoken) })
    },
  }
}
