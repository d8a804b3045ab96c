import { modelLanguages as languages } from '../../languages.ts'
import type { ModelInfo, VoiceInfo } from '../../port.ts'

export const PROVIDER = 'xai'

const model = (id: string): ModelInfo => ({
  id,
  mode: 'realtime',
  provider: PROVIDER,
  languages,
  typicalLatencyMs: 700,
  supportsTemperature: false,
  default: false,
})

export const xaiRealtimeModels: readonly ModelInfo[] = [
  model('grok-voice-latest'),
  model('grok-voice-think-fast-2.0'),
  model('grok-voice-think-fast-1.0'),
]

const voice = (id: string, description: string): VoiceInfo => ({
  id,
  mode: 'realtime',
  provider: PROVIDER,
  languages,
  description,
  default: false,
})

export const xaiRealtimeVoices: readonly VoiceInfo[] = [
  voice('ara', 'Warm, friendly'),
  voice('eve', 'Energetic, upbeat'),
  voice('leo', 'Authoritative, strong'),
  voice('rex', 'Confident, clear'),
  voice('sal', 'Smooth, balanced'),
]
