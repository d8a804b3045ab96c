import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { Brain } from '../../port.ts'
import { sdkBrain } from './sdk-brain.ts'

export interface ChatConfig {
  readonly provider: string
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string
  /** Null where the server asks for none, as Ollama and vLLM do. */
  readonly apiKey: string | null
}

/** Any server that speaks OpenAI's chat completions. */
export function chatBrain({ provider, baseUrl, apiKey }: ChatConfig): Brain {
  const server = createOpenAICompatible({
    name: provider,
    baseURL: baseUrl,
    ...(apiKey === null ? {} : { apiKey }),
  })
  return sdkBrain({ provider, model: id => server.chatModel(id), thinking: () => ({}) })
}
