import type { VoiceInfo } from '../../../port.ts'

export const PROVIDER = 'deepgram'

const voice = (id: string, language: string, description: string): VoiceInfo => ({
  id,
  mode: 'legacy',
  provider: PROVIDER,
  languages: [language],
  description,
  default: false,
})

/** Voices of Aura 2, each of one language. https://developers.deepgram.com/docs/tts-models */
export const auraVoices: readonly VoiceInfo[] = [
  voice('aura-2-thalia-en', 'en', 'Thalia: clear, confident, energetic'),
  voice('aura-2-andromeda-en', 'en', 'Andromeda: casual, expressive'),
  voice('aura-2-helena-en', 'en', 'Helena: caring, natural, friendly'),
  voice('aura-2-apollo-en', 'en', 'Apollo: confident, comfortable, casual'),
  voice('aura-2-arcas-en', 'en', 'Arcas: natural, smooth, clear'),
  voice('aura-2-celeste-es', 'es', 'Celeste: clear, energetic, positive'),
  voice('aura-2-estrella-es', 'es', 'Estrella: approachable, natural, calm'),
  voice('aura-2-nestor-es', 'es', 'Nestor: calm, professional, clear'),
]
