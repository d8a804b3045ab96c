import { modelLanguages } from '../../../languages.ts'
import type { ModelInfo } from '../../../port.ts'

/** OpenAI's models that answer fast enough to talk. The GPT-5 family thinks first and takes no temperature. */
export const openAiChatModels: readonly ModelInfo[] = [
  chatModel('gpt-4.1-mini', { provider: 'openai', typicalLatencyMs: 450, default: true }),
  chatModel('gpt-4.1', { provider: 'openai', typicalLatencyMs: 600 }),
  chatModel('gpt-4.1-nano', { provider: 'openai', typicalLatencyMs: 350 }),
  chatModel('gpt-4o-mini', { provider: 'openai', typicalLatencyMs: 500 }),
  chatModel('gpt-4o', { provider: 'openai', typicalLatencyMs: 600 }),
]

/** A chat model as a list entry. Large models speak every language that recognizers and voices have. */
export function chatModel(
  id: string,
  about: { provider: string; typicalLatencyMs: number; default?: boolean },
): ModelInfo {
  return {
    id,
    mode: 'legacy',
    provider: about.provider,
    languages: modelLanguages,
    supportsTemperature: true,
    typicalLatencyMs: about.typicalLatencyMs,
    default: about.default ?? false,
  }
}
