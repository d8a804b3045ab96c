import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createGroq } from '@ai-sdk/groq'
import { createMistral } from '@ai-sdk/mistral'
import { createOpenAI } from '@ai-sdk/openai'
import type { LanguageModel } from 'ai'
import type { Brain } from '../../port.ts'
import { type BrainVendor, effortOf } from './models.ts'
import { sdkBrain, type Thinking } from './sdk-brain.ts'

export interface VendorAccess {
  readonly apiKey: string
  /** Default: the vendor's own. */
  readonly baseUrl?: string
}

type Factory = (settings: { apiKey: string; baseURL?: string }) => (id: string) => LanguageModel

/** Each through the AI SDK's own package, which knows what the vendor's models take and refuse. */
const factories: Readonly<Record<BrainVendor, Factory>> = {
  openai: settings => {
    const vendor = createOpenAI(settings)
    return id => vendor.chat(id)
  },
  anthropic: settings => createAnthropic(settings),
  google: settings => createGoogle(settings),
  mistral: settings => createMistral(settings),
  groq: settings => createGroq(settings),
}

export function vendorBrain(vendor: BrainVendor, { apiKey, baseUrl }: VendorAccess): Brain {
  const model = factories[vendor]({ apiKey, ...(baseUrl === undefined ? {} : { baseURL: baseUrl }) })
  return sdkBrain({ provider: vendor, model, thinking: id => thinkingOf(vendor, id) })
}

function thinkingOf(vendor: BrainVendor, id: string): Thinking {
  const effort = effortOf(vendor, id)
  if (effort === null) return {}
  if (effort !== 'between_tools') return { reasoning: effort }
  // Only Anthropic has it, and the SDK's own word for the least would make it warn.
  return { providerOptions: { anthropic: { thinking: { type: 'between_tools' } } } }
}
