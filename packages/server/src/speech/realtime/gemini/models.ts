import { modelLanguages as languages } from '../../languages.ts'
import type { ModelInfo, VoiceInfo } from '../../port.ts'

export const PROVIDER = 'gemini'

const model = (id: string): ModelInfo => ({
  id,
  mode: 'realtime',
  provider: PROVIDER,
  languages,
  typicalLatencyMs: 700,
  supportsTemperature: true,
  default: false,
})

/** Native-audio models that take text turns during the talk. https://ai.google.dev/gemini-api/docs/live-api */
export const geminiRealtimeModels: readonly ModelInfo[] = [
  model('gemini-2.5-flash-native-audio-latest'),
  model('gemini-2.5-flash-native-audio-preview-12-2025'),
]

const voice = (id: string, description: string): VoiceInfo => ({
  id,
  mode: 'realtime',
  provider: PROVIDER,
  languages,
  description,
  default: false,
})

export const geminiRealtimeVoices: readonly VoiceInfo[] = [
  voice('Kore', 'Firm'),
  voice('Puck', 'Upbeat'),
  voice('Charon', 'Informative'),
  voice('Fenrir', 'Excitable'),
  voice('Aoede', 'Breezy'),
  voice('Leda', 'Youthful'),
  voice('Orus', 'Firm, lower'),
  voice('Zephyr', 'Bright'),
]
