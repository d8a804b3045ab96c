import { auraSynthesizer } from '../cascade/synthesizers/deepgram/aura.ts'
import { auraVoices } from '../cascade/synthesizers/deepgram/voices.ts'
import { elevenLabsSynthesizer } from '../cascade/synthesizers/elevenlabs/elevenlabs.ts'
import { elevenLabsVoices } from '../cascade/synthesizers/elevenlabs/voices.ts'
import { openAiSpeech } from '../cascade/synthesizers/openai/openai-speech.ts'
import { openAiSpeechVoices } from '../cascade/synthesizers/openai/voices.ts'
import type { SynthesizerPart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

/** What speaks in legacy mode. */
export function hostedSynthesizers({ elevenlabs, deepgram, openai }: HostedConfig): SynthesizerPart[] {
  const parts: SynthesizerPart[] = []
  if (elevenlabs) {
    const adapter = elevenLabsSynthesizer(elevenlabs)
    parts.push({ provider: 'elevenlabs', voices: elevenLabsVoices, adapter })
  }
  if (deepgram) {
    parts.push({ provider: 'deepgram', voices: auraVoices, adapter: auraSynthesizer(deepgram) })
  }
  if (openai) {
    const adapter = openAiSpeech(openai)
    parts.push({ provider: 'openai', voices: openAiSpeechVoices, adapter })
  }
  return parts
}
