import type { CallMode } from '@parley/contract/status'
import type { ModelInfo, VoiceInfo } from '../port.ts'

export const localLanguages: readonly string[] = ['en-US']

/** What the local engines serve. They are honest for a demonstration and for tests, not for customers. */
export const localRealtimeModel: ModelInfo = model('local-realtime', 'realtime')
export const localBrainModel: ModelInfo = model('local-brain', 'legacy')

/** The engine's voices as list entries of one mode. */
export function localVoices(
  voices: readonly { id: string; languages: readonly string[]; description: string }[],
  mode: CallMode,
): VoiceInfo[] {
  return voices.map(({ id, languages, description }) => ({
    id,
    mode,
    provider: 'local',
    languages,
    description,
    default: id === 'alloy',
  }))
}

function model(id: string, mode: CallMode): ModelInfo {
  return {
    id,
    mode,
    provider: 'local',
    languages: localLanguages,
    supportsTemperature: false,
    typicalLatencyMs: 400,
    default: true,
  }
}
