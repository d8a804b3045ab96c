import { chatAnalyst } from './analyst/chat-analyst.ts'
import { hostedBrains } from './hosted/brains.ts'
import type { HostedConfig } from './hosted/config.ts'
import { hostedRealtime } from './hosted/realtime.ts'
import { hostedRecognizers } from './hosted/recognizers.ts'
import { hostedSynthesizers } from './hosted/synthesizers.ts'
import type { Analyst } from './port.ts'
import type { VoiceParts } from './voices.ts'

/** What the configured providers bring. The detector is never hosted: join it from the local parts. */
export function hostedParts(config: HostedConfig): VoiceParts {
  return {
    realtime: hostedRealtime(config),
    recognizers: hostedRecognizers(config),
    brains: hostedBrains(config),
    synthesizers: hostedSynthesizers(config),
    detectors: null,
  }
}

/** Null where no language model is configured. */
export function hostedAnalyst(config: HostedConfig): Analyst | null {
  const [part] = hostedBrains(config)
  const model = part?.models.find(entry => entry.default) ?? part?.models[0]
  return part && model ? chatAnalyst(part.adapter, model.id) : null
}
