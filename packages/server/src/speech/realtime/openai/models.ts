import { modelLanguages as languages } from '../../languages.ts'
import type { ModelInfo, VoiceInfo } from '../../port.ts'
import { PROVIDER } from './faults.ts'

const model = (id: string, typicalLatencyMs: number): ModelInfo => ({
  id,
  mode: 'realtime',
  provider: PROVIDER,
  languages,
  typicalLatencyMs,
  // The GA session has no such field and refuses it.
  supportsTemperature: false,
  default: id === 'gpt-realtime',
})

export const openAiRealtimeModels: readonly ModelInfo[] = [
  model('gpt-realtime', 500),
  model('gpt-realtime-1.5', 500),
  model('gpt-realtime-2', 600),
  model('gpt-realtime-2.1', 600),
  model('gpt-realtime-2.1-mini', 400),
  model('gpt-realtime-mini', 400),
]

const voice = (id: string, description: string): VoiceInfo => ({
  id,
  mode: 'realtime',
  provider: PROVIDER,
  languages,
  description,
  default: id === 'marin',
})

export const openAiRealtimeVoices: readonly VoiceInfo[] = [
  voice('alloy', 'Neutral and balanced'),
  voice('ash', 'Clear, lower'),
  voice('ballad', 'Soft, melodious'),
  voice('cedar', 'Warm, lower, natural'),
  voice('coral', 'Bright, friendly'),
  voice('echo', 'Calm, lower'),
  voice('marin', 'Warm, higher, natural'),
  voice('sage', 'Gentle, thoughtful'),
  voice('shimmer', 'Light, higher'),
  voice('verse', 'Lively, expressive'),
]
