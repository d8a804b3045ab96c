import { chatBrain } from '../cascade/brains/chat/chat-brain.ts'
import { type BrainVendor, chatModel, listedModels } from '../cascade/brains/chat/models.ts'
import { vendorBrain } from '../cascade/brains/chat/vendor-brain.ts'
import type { BrainPart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

/** In the order of preference. */
const vendors: readonly BrainVendor[] = ['openai', 'anthropic', 'google', 'mistral', 'groq']

/** What thinks in legacy mode, the preferred provider first. */
export function hostedBrains(config: HostedConfig): BrainPart[] {
  const { chat } = config
  const parts: BrainPart[] = []
  if (chat) {
    const model = { id: chat.model, typicalLatencyMs: 600 }
    const models = [chatModel(model, { provider: 'chat', preferred: true })]
    parts.push({ provider: 'chat', models, adapter: chatBrain({ provider: 'chat', ...chat }) })
  }
  for (const vendor of vendors) {
    const access = config[vendor]
    if (!access) continue
    parts.push({ provider: vendor, models: listedModels(vendor), adapter: vendorBrain(vendor, access) })
  }
  return parts
}
