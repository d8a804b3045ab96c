import { guarded } from '../cascade/guarded-synthesizer.ts'
import { azureSpeech } from '../cascade/synthesizers/azure/azure-speech.ts'
import { azureVoices } from '../cascade/synthesizers/azure/voices.ts'
import { cartesiaSynthesizer } from '../cascade/synthesizers/cartesia/cartesia.ts'
import { cartesiaVoices } from '../cascade/synthesizers/cartesia/voices.ts'
import { auraSynthesizer } from '../cascade/synthesizers/deepgram/aura.ts'
import { auraVoices } from '../cascade/synthesizers/deepgram/voices.ts'
import { elevenLabsSynthesizer } from '../cascade/synthesizers/elevenlabs/elevenlabs.ts'
import { elevenLabsVoices } from '../cascade/synthesizers/elevenlabs/voices.ts'
import { openAiSpeech } from '../cascade/synthesizers/openai/openai-speech.ts'
import { openAiSpeechVoices } from '../cascade/synthesizers/openai/voices.ts'
import type { SynthesizerPart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

/** What speaks in legacy mode. */
export function hostedSynthesizers(config: HostedConfig): SynthesizerPart[] {
  const { elevenlabs, cartesia, deepgram, azureSpeech: azure, openai } = config
  const parts: SynthesizerPart[] = []
  if (elevenlabs) {
    const adapter = elevenLabsSynthesizer(elevenlabs)
    parts.push({ provider: 'elevenlabs', voices: elevenLabsVoices, adapter })
  }
  if (cartesia) {
    parts.push({ provider: 'cartesia', voices: cartesiaVoices, adapter: cartesiaSynthesizer(cartesia) })
  }
  if (deepgram) {
    parts.push({ provider: 'deepgram', voices: auraVoices, adapter: auraSynthesizer(deepgram) })
  }
  if (azure) {
    parts.push({ provider: 'azure', voices: azureVoices, adapter: azureSpeech(azure) })
  }
  if (openai) {
    const adapter = openAiSpeech(openai)
    parts.push({ provider: 'openai', voices: openAiSpeechVoices, adapter })
  }
  return parts.map(part => ({ ...part, adapter: guarded(part.provider, part.adapter) }))
}
