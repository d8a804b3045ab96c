import { reconnecting } from '../cascade/reconnecting-recognizer.ts'
import { assemblyAiRecognizer } from '../cascade/recognizers/assemblyai/assemblyai.ts'
import { assemblyAiLanguages } from '../cascade/recognizers/assemblyai/languages.ts'
import { deepgramRecognizer } from '../cascade/recognizers/deepgram/deepgram.ts'
import { fluxRecognizer } from '../cascade/recognizers/deepgram/flux.ts'
import { deepgramLanguages, fluxLanguages } from '../cascade/recognizers/deepgram/languages.ts'
import { scribeLanguages } from '../cascade/recognizers/elevenlabs/languages.ts'
import { scribeRecognizer } from '../cascade/recognizers/elevenlabs/scribe.ts'
import { openAiTranscription } from '../cascade/recognizers/openai/openai-transcription.ts'
import type { Recognizer } from '../cascade/port.ts'
import { modelLanguages } from '../languages.ts'
import type { RecognizerPart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

/** In the order of preference. */
export const recognizerProviders = [
  'deepgram',
  'deepgram-flux',
  'assemblyai',
  'elevenlabs',
  'openai',
] as const

export type RecognizerProvider = (typeof recognizerProviders)[number]

/** What hears in legacy mode: the first one that understands the language of the call. */
export function hostedRecognizers(config: HostedConfig): RecognizerPart[] {
  const first = config.recognizer
  const order = first ? [first, ...recognizerProviders.filter(each => each !== first)] : recognizerProviders
  return order.flatMap(provider => {
    const hosted = adapterOf(provider, config)
    return hosted ? [{ provider, languages: hosted.languages, adapter: reconnecting(hosted.adapter) }] : []
  })
}

interface Hosted {
  readonly languages: readonly string[]
  readonly adapter: Recognizer
}

/** Null where it is not configured. */
function adapterOf(provider: RecognizerProvider, config: HostedConfig): Hosted | null {
  const { deepgram, assemblyai, elevenlabs, openai } = config
  switch (provider) {
    case 'deepgram':
      return deepgram ? { languages: deepgramLanguages, adapter: deepgramRecognizer(deepgram) } : null
    case 'deepgram-flux':
      return deepgram ? { languages: fluxLanguages, adapter: fluxRecognizer(deepgram) } : null
    case 'assemblyai':
      return assemblyai ? { languages: assemblyAiLanguages, adapter: assemblyAiRecognizer(assemblyai) } : null
    case 'elevenlabs':
      return elevenlabs ? { languages: scribeLanguages, adapter: scribeRecognizer(elevenlabs) } : null
    case 'openai':
      return openai ? { languages: modelLanguages, adapter: openAiTranscription(openai) } : null
  }
}
