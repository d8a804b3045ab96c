import { modelLanguages } from '../../../languages.ts'
import type { ModelInfo } from '../../../port.ts'

/** How much a model thinks before it speaks, least first. Whoever waits on the phone waits for all of it. */
export type Effort = 'none' | 'between_tools' | 'minimal' | 'low'

/** A model that answers fast enough to talk. One with an effort thinks first. */
export interface ChatModel {
  readonly id: string
  readonly typicalLatencyMs: number
  readonly effort?: Effort
  /** Refuses a temperature. */
  readonly fixedTemperature?: boolean
}

/** Vendors of language models that have a package of the AI SDK. */
export type BrainVendor = 'openai' | 'anthropic' | 'google' | 'mistral' | 'groq'

/** The first of each vendor is the one to take. */
export const chatModels: Readonly<Record<BrainVendor, readonly ChatModel[]>> = {
  openai: [
    { id: 'gpt-4.1-mini', typicalLatencyMs: 450 },
    { id: 'gpt-4.1', typicalLatencyMs: 600 },
    { id: 'gpt-4.1-nano', typicalLatencyMs: 350 },
    { id: 'gpt-4o-mini', typicalLatencyMs: 500 },
    { id: 'gpt-4o', typicalLatencyMs: 600 },
    { id: 'gpt-5-mini', typicalLatencyMs: 900, effort: 'minimal', fixedTemperature: true },
    { id: 'gpt-5-nano', typicalLatencyMs: 800, effort: 'minimal', fixedTemperature: true },
  ],
  anthropic: [
    { id: 'claude-haiku-4-5', typicalLatencyMs: 600 },
    { id: 'claude-sonnet-4-5', typicalLatencyMs: 1_000 },
    { id: 'claude-haiku-5-5', typicalLatencyMs: 900, effort: 'none', fixedTemperature: true },
    { id: 'claude-sonnet-5-5', typicalLatencyMs: 1_200, effort: 'between_tools', fixedTemperature: true },
  ],
  google: [
    { id: 'gemini-2.5-flash', typicalLatencyMs: 500, effort: 'none' },
    { id: 'gemini-2.5-flash-lite', typicalLatencyMs: 400, effort: 'none' },
    { id: 'gemini-3.5-flash', typicalLatencyMs: 700, effort: 'minimal' },
  ],
  mistral: [
    { id: 'mistral-small-latest', typicalLatencyMs: 500, effort: 'none' },
    { id: 'mistral-medium-latest', typicalLatencyMs: 700 },
    { id: 'ministral-8b-latest', typicalLatencyMs: 350 },
  ],
  groq: [
    { id: 'llama-3.3-70b-versatile', typicalLatencyMs: 300 },
    { id: 'llama-3.1-8b-instant', typicalLatencyMs: 200 },
    { id: 'openai/gpt-oss-20b', typicalLatencyMs: 350, effort: 'low' },
  ],
}

/** A chat model as a list entry. Large models speak every language that recognizers and voices have. */
export function chatModel(
  model: ChatModel,
  { provider, preferred = false }: { provider: string; preferred?: boolean },
): ModelInfo {
  return {
    id: model.id,
    mode: 'legacy',
    provider,
    languages: modelLanguages,
    supportsTemperature: model.fixedTemperature !== true,
    typicalLatencyMs: model.typicalLatencyMs,
    default: preferred,
  }
}

/** What a vendor's models are listed as. */
export function listedModels(vendor: BrainVendor): ModelInfo[] {
  return chatModels[vendor].map((model, index) =>
    chatModel(model, { provider: vendor, preferred: index === 0 }),
  )
}

export function effortOf(vendor: BrainVendor, id: string): Effort | null {
  return chatModels[vendor].find(model => model.id === id)?.effort ?? null
}
