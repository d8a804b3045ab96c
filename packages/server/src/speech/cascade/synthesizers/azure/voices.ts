import { modelLanguages } from '../../../languages.ts'
import type { VoiceInfo } from '../../../port.ts'

export const PROVIDER = 'azure'

const voice = (id: string, languages: readonly string[], description: string): VoiceInfo => ({
  id,
  mode: 'legacy',
  provider: PROVIDER,
  languages,
  description,
  default: false,
})

const native = (id: string, description: string): VoiceInfo => voice(id, [id.slice(0, 5)], description)

/**
 * Neural voices. https://learn.microsoft.com/azure/ai-services/speech-service/language-support?tabs=tts
 * Any other is registered by its name.
 */
export const azureVoices: readonly VoiceInfo[] = [
  voice('en-US-AvaMultilingualNeural', modelLanguages, 'Ava: bright, engaging'),
  voice('en-US-AndrewMultilingualNeural', modelLanguages, 'Andrew: warm, confident'),
  voice('en-US-EmmaMultilingualNeural', modelLanguages, 'Emma: cheerful, clear'),
  voice('en-US-BrianMultilingualNeural', modelLanguages, 'Brian: approachable, sincere'),
  native('en-US-JennyNeural', 'Jenny: friendly, considerate'),
  native('en-GB-SoniaNeural', 'Sonia: gentle, British'),
  native('es-ES-ElviraNeural', 'Elvira: bright, clear, Castilian'),
  native('es-ES-AlvaroNeural', 'Álvaro: confident, Castilian'),
  native('es-MX-DaliaNeural', 'Dalia: upbeat, Mexican'),
  native('es-MX-JorgeNeural', 'Jorge: steady, Mexican'),
  native('es-US-PalomaNeural', 'Paloma: friendly, of the United States'),
  native('fr-FR-DeniseNeural', 'Denise: bright, engaging'),
  native('de-DE-KatjaNeural', 'Katja: calm, pleasant'),
]
