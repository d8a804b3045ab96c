import { chatBrain } from '../cascade/brains/chat/chat-brain.ts'
import { chatModel, openAiChatModels } from '../cascade/brains/chat/models.ts'
import type { BrainPart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

const OPENAI_BASE_URL = 'https://api.openai.com/v1'

/** What thinks in legacy mode, the preferred provider first. */
export function hostedBrains({ chat, openai }: HostedConfig): BrainPart[] {
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
