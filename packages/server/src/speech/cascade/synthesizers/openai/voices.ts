import { modelLanguages as languages } from '../../../languages.ts'
import type { VoiceInfo } from '../../../port.ts'

export const PROVIDER = 'openai'

const voice = (id: string, description: string): VoiceInfo => ({
  id,
  mode: 'legacy',
  provider: PROVIDER,
  languages,
  description,
  default: false,
})

/** The voices of gpt-4o-mini-tts. https://platform.openai.com/docs/guides/text-to-speech */
export const openAiSpeechVoices: readonly VoiceInfo[] = [
  voice('coral', 'Bright, friendly'),
  voice('alloy', 'Neutral and balanced'),
  voice('ash', 'Clear, lower'),
  voice('ballad', 'Soft, melodious'),
  voice('echo', 'Calm, lower'),
  voice('fable', 'Lively storyteller'),
  voice('nova', 'Warm, higher'),
  voice('onyx', 'Deep, steady'),
  voice('sage', 'Gentle, thoughtful'),
  voice('shimmer', 'Light, higher'),
  voice('verse', 'Lively, expressive'),
]
