import { modelLanguages as languages } from '../../languages.ts'
import type { ModelInfo, VoiceInfo } from '../../port.ts'
import { builtInVoices } from '../../realtime-protocol/voices.ts'

export const PROVIDER = 'azure'

/** A deployment as a list entry: its name is the customer's, what it runs is one of OpenAI's realtime models. */
export function azureRealtimeModel(deployment: string): ModelInfo {
  return {
    id: deployment,
    mode: 'realtime',
    provider: PROVIDER,
    languages,
    typicalLatencyMs: 500,
    supportsTemperature: false,
    default: false,
  }
}

export const azureRealtimeVoices: readonly VoiceInfo[] = builtInVoices(PROVIDER, null)
