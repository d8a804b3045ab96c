import { modelLanguages as languages } from '../languages.ts'
import type { VoiceInfo } from '../port.ts'

/** The voices that OpenAI's realtime models have, wherever they run. */
const builtIn: readonly (readonly [id: string, description: string])[] = [
  ['alloy', 'Neutral and balanced'],
  ['ash', 'Clear, lower'],
  ['ballad', 'Soft, melodious'],
  ['cedar', 'Warm, lower, natural'],
  ['coral', 'Bright, friendly'],
  ['echo', 'Calm, lower'],
  ['marin', 'Warm, higher, natural'],
  ['sage', 'Gentle, thoughtful'],
  ['shimmer', 'Light, higher'],
  ['verse', 'Lively, expressive'],
]

export function builtInVoices(provider: string, preferred: string | null): VoiceInfo[] {
  return builtIn.map(([id, description]) => ({
    id,
    mode: 'realtime',
    provider,
    languages,
    description,
    default: id === preferred,
  }))
}
