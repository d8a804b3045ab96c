import { chatAnalyst } from './analyst/chat-analyst.ts'
import { chatBrain } from './cascade/brains/chat/chat-brain.ts'
import { chatModel, openAiChatModels } from './cascade/brains/chat/models.ts'
import { reconnecting } from './cascade/reconnecting-recognizer.ts'
import { deepgramRecognizer } from './cascade/recognizers/deepgram/deepgram.ts'
import { deepgramLanguages } from './cascade/recognizers/deepgram/languages.ts'
import { elevenLabsSynthesizer } from './cascade/synthesizers/elevenlabs/elevenlabs.ts'
import { elevenLabsVoices } from './cascade/synthesizers/elevenlabs/voices.ts'
import type { Analyst } from './port.ts'
import { openAiRealtimeModels, openAiRealtimeVoices } from './realtime/openai/models.ts'
import { openAiRealtime } from './realtime/openai/open-openai.ts'
import type { BrainPart, VoiceParts } from './voices.ts'

/** Keys and addresses of hosted providers. What is absent is not offered. */
export interface HostedConfig {
  readonly openai?: { readonly apiKey: string; readonly baseUrl?: string; readonly realtimeUrl?: string }
  readonly deepgram?: { readonly apiKey: string; readonly url?: string; readonly model?: string }
  readonly elevenlabs?: { readonly apiKey: string; readonly url?: string; readonly model?: string }
  /** Any OpenAI-compatible server: its model comes before OpenAI's own. */
  readonly chat?: { readonly baseUrl: string; readonly apiKey: string | null; readonly model: string }
}

const OPENAI_BASE_URL = 'https://api.openai.com/v1'

/** What the configured providers bring. The detector is never hosted: join it from the local parts. */
export function hostedParts(config: HostedConfig): VoiceParts {
  const { openai, deepgram, elevenlabs } = config
  return {
    realtime: openai
      ? [
          {
            provider: 'openai',
            models: openAiRealtimeModels,
            voices: openAiRealtimeVoices,
            adapter: openAiRealtime(openai),
          },
        ]
      : [],
    recognizers: deepgram
      ? [
          {
            provider: 'deepgram',
            languages: deepgramLanguages,
            adapter: reconnecting(deepgramRecognizer(deepgram)),
          },
        ]
      : [],
    brains: hostedBrains(config),
    synthesizers: elevenlabs
      ? [{ provider: 'elevenlabs', voices: elevenLabsVoices, adapter: elevenLabsSynthesizer(elevenlabs) }]
      : [],
    detectors: null,
  }
}

/** Null where no language model is configured. */
export function hostedAnalyst(config: HostedConfig): Analyst | null {
  const [part] = hostedBrains(config)
  const model = part?.models.find(entry => entry.default) ?? part?.models[0]
  return part && model ? chatAnalyst(part.adapter, model.id) : null
}

function hostedBrains({ chat, openai }: HostedConfig): BrainPart[] {
  const parts: BrainPart[] = []
  if (chat) {
    const models = [chatModel(chat.model, { provider: 'chat', typicalLatencyMs: 600, default: true })]
    parts.push({ provider: 'chat', models, adapter: chatBrain({ provider: 'chat', ...chat }) })
  }
  if (openai) {
    const { apiKey, baseUrl = OPENAI_BASE_URL } = openai
    const adapter = chatBrain({ provider: 'openai', baseUrl, apiKey })
    parts.push({ provider: 'openai', models: openAiChatModels, adapter })
  }
  return parts
}
