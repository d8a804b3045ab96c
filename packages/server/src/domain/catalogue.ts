import type { CallMode } from '@parley/contract/status'
import { sameLanguage, understands } from './language.ts'

/** What the configured providers can serve now, as far as placing a call needs to know. */
export interface Catalogue {
  readonly models: readonly CatalogueModel[]
  readonly voices: readonly CatalogueVoice[]
  /** Languages that some configured recognizer understands in legacy mode, BCP 47. */
  readonly recognizedLanguages: readonly string[]
}

export interface CatalogueModel {
  readonly id: string
  readonly mode: CallMode
  readonly provider: string
  readonly languages: readonly string[]
  readonly supportsTemperature: boolean
  readonly typicalLatencyMs: number
  readonly default: boolean
}

export interface CatalogueVoice {
  readonly id: string
  readonly mode: CallMode
  readonly provider: string
  readonly languages: readonly string[]
  readonly description: string
  readonly default: boolean
}

/** A voice that the account registered with a provider. */
export interface OwnVoice {
  readonly voiceId: string
  readonly mode: CallMode
  readonly provider: string
}

/** A voice and who speaks it. `own`: the provider's list does not have it. */
export interface ChosenVoice {
  readonly id: string
  readonly provider: string
  readonly own: boolean
}

export interface WantedSpeech {
  readonly mode: CallMode
  readonly model: string | undefined
  readonly voice: string | undefined
  readonly ownVoices: readonly OwnVoice[]
  /** BCP 47, where it is known: a voice that nobody names then speaks it, where there is one. */
  readonly language?: string
}

export type SpeechChoice =
  | { readonly found: true; readonly model: CatalogueModel; readonly voice: ChosenVoice }
  | {
      readonly found: false
      readonly lacking: 'model' | 'voice'
      /** What could be asked for instead. */
      readonly valid: readonly string[]
    }

/**
 * The model and voice of a call. In realtime mode one provider serves both, so the one that is named
 * decides where the other comes from; in legacy mode any brain goes with any voice.
 */
export function chooseSpeech(catalogue: Catalogue, wanted: WantedSpeech): SpeechChoice {
  const models = catalogue.models.filter(({ mode }) => mode === wanted.mode)
  const voices = voicesOf(catalogue, wanted)
  const together = wanted.mode === 'realtime'
  if (wanted.model !== undefined && !models.some(({ id }) => id === wanted.model)) {
    return { found: false, lacking: 'model', valid: ids(models) }
  }
  if (wanted.voice !== undefined && !voices.some(({ id }) => id === wanted.voice)) {
    return { found: false, lacking: 'voice', valid: ids(voices) }
  }
  const model = pick(models, {
    id: wanted.model,
    providers: together && wanted.voice !== undefined ? providersOf(voices, wanted.voice) : null,
  })
  if (model === undefined) return { found: false, lacking: 'model', valid: ids(models) }
  const fitting = together ? voices.filter(({ provider }) => provider === model.provider) : voices
  const speaking = wanted.voice === undefined ? inLanguage(fitting, wanted.language) : fitting
  const voice = pick(speaking, { id: wanted.voice, providers: null })
  if (voice === undefined) return { found: false, lacking: 'voice', valid: ids(fitting) }
  return { found: true, model, voice: { id: voice.id, provider: voice.provider, own: voice.own } }
}

interface Listed {
  readonly id: string
  readonly provider: string
  readonly default: boolean
}

interface ListedVoice extends Listed {
  readonly own: boolean
  /** Null: nobody knows. */
  readonly languages: readonly string[] | null
}

/** The voices that speak it; all of them where none says that it does. */
function inLanguage(voices: readonly ListedVoice[], language: string | undefined): readonly ListedVoice[] {
  if (language === undefined) return voices
  const speaking = voices.filter(({ languages }) => languages !== null && understands(languages, language))
  return speaking.length > 0 ? speaking : voices
}

/** The account's own voices come first: registering a name is meant to change who speaks it. */
function voicesOf(catalogue: Catalogue, { mode, ownVoices }: WantedSpeech): ListedVoice[] {
  const own = ownVoices
    .filter(voice => voice.mode === mode)
    .map(({ voiceId, provider }) => ({ id: voiceId, provider, languages: null, default: false, own: true }))
  const listed = catalogue.voices.filter(voice => voice.mode === mode)
  return [...own, ...listed.map(voice => ({ ...voice, own: false }))]
}

function pick<Entry extends Listed>(
  entries: readonly Entry[],
  wanted: { id: string | undefined; providers: readonly string[] | null },
): Entry | undefined {
  const { id, providers } = wanted
  if (id !== undefined) return entries.find(entry => entry.id === id)
  const fitting = providers === null ? entries : entries.filter(entry => providers.includes(entry.provider))
  return fitting.find(entry => entry.default) ?? fitting[0]
}

function providersOf(voices: readonly Listed[], id: string): string[] {
  return voices.filter(voice => voice.id === id).map(voice => voice.provider)
}

function ids(entries: readonly Listed[]): string[] {
  return [...new Set(entries.map(entry => entry.id))]
}

/** To what a call in legacy mode may be switched: every other language that is both understood and spoken, once. */
export function otherLanguages({ voices, recognizedLanguages }: Catalogue, language: string): string[] {
  const spoken = voices.filter(({ mode }) => mode === 'legacy').flatMap(({ languages }) => languages)
  const others: string[] = []
  for (const tag of recognizedLanguages)
    if (understands(spoken, tag) && ![language, ...others].some(known => sameLanguage(known, tag)))
      others.push(tag)
  return others
}
