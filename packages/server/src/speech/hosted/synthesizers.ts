import { elevenLabsSynthesizer } from '../cascade/synthesizers/elevenlabs/elevenlabs.ts'
import { elevenLabsVoices } from '../cascade/synthesizers/elevenlabs/voices.ts'
import type { SynthesizerPart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

/** What speaks in legacy mode. */
export function hostedSynthesizers({ elevenlabs }: HostedConfig): SynthesizerPart[] {
  const parts: SynthesizerPart[] = []
  if (elevenlabs) {
    const adapter = elevenLabsSynthesizer(elevenlabs)
    parts.push({ provider: 'elevenlabs', voices: elevenLabsVoices, adapter })
  }
  return parts
}
