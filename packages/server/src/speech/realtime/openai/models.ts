import { modelLanguages as languages } from '../../languages.ts'
import { builtInVoices } from '../../realtime-protocol/voices.ts'
import type { ModelInfo, VoiceInfo } from '../../port.ts'
import { PROVIDER } from './openai-dialect.ts'

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

export const openAiRealtimeVoices: readonly VoiceInfo[] = builtInVoices(PROVIDER, 'marin')
