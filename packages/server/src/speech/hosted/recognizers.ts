import { reconnecting } from '../cascade/reconnecting-recognizer.ts'
import { assemblyAiRecognizer } from '../cascade/recognizers/assemblyai/assemblyai.ts'
import { assemblyAiLanguages } from '../cascade/recognizers/assemblyai/languages.ts'
import { azureRecognizer } from '../cascade/recognizers/azure/azure-recognizer.ts'
import { azureRecognizedLanguages } from '../cascade/recognizers/azure/languages.ts'
import { deepgramRecognizer } from '../cascade/recognizers/deepgram/deepgram.ts'
import { fluxRecognizer } from '../cascade/recognizers/deepgram/flux.ts'
import { deepgramLanguages, fluxLanguages } from '../cascade/recognizers/deepgram/languages.ts'
import { scribeLanguages } from '../cascade/recognizers/elevenlabs/languages.ts'
import { scribeRecognizer } from '../cascade/recognizers/elevenlabs/scribe.ts'
import { googleSpeech } from '../cascade/recognizers/google/google-speech.ts'
import { googleLanguages } from '../cascade/recognizers/google/languages.ts'
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
  'google',
  'azure',
] as const

export type RecognizerProvider = (typeof recognizerProviders)[number]

/** What hears in legacy mode: the first one that understands the language of the call. */
export function hostedRecognizers(config: HostedConfig): RecognizerPart[] {
  const first = config.recognizer
  const order = first ? [first, ...recognizerProviders.filter(each => each !== first)] : recognizerProviders
  return order.flatMap(provider => {
    const hosted = adapters[provider](config)
    return hosted ? [{ provider, languages: hosted.languages, adapter: reconnecting(hosted.adapter) }] : []
  })
}

interface Hosted {
  readonly languages: readonly string[]
  readonly adapter: Recognizer
}

/** Undefined where it is not configured. */
const adapters: Readonly<Record<RecognizerProvider, (config: HostedConfig) => Hosted | undefined>> = {
  deepgram: ({ deepgram }) =>
    deepgram && { languages: deepgramLanguages, adapter: deepgramRecognizer(deepgram) },
  'deepgram-flux': ({ deepgram }) =>
    deepgram && { languages: fluxLanguages, adapter: fluxRecognizer(deepgram) },
  assemblyai: ({ assemblyai }) =>
    assemblyai && { languages: assemblyAiLanguages, adapter: assemblyAiRecognizer(assemblyai) },
  elevenlabs: ({ elevenlabs }) =>
    elevenlabs && { languages: scribeLanguages, adapter: scribeRecognizer(elevenlabs) },
  openai: ({ openai }) => openai && { languages: modelLanguages, adapter: openAiTranscription(openai) },
  google: ({ googleSpeech: google }) =>
    google && { languages: googleLanguages, adapter: googleSpeech(google) },
  azure: ({ azureSpeech: azure }) =>
    azure && { languages: azureRecognizedLanguages, adapter: azureRecognizer(azure) },
}
