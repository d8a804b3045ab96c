import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { jsonSchema, streamText, tool, type ToolSet } from 'ai'
import type { Brain, BrainEvent, BrainRequest } from '../../port.ts'
import type { ToolDefinition } from '../../../port.ts'
import { chatFault } from './chat-fault.ts'
import { chatMessages, instructionsOf } from './chat-messages.ts'

export interface ChatConfig {
  readonly provider: string
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string
  /** Null where the server asks for none, as Ollama and vLLM do. */
  readonly apiKey: string | null
}

/** Any server that speaks OpenAI's chat completions. Tools are told to it and never run here. */
export function chatBrain(config: ChatConfig): Brain {
  const provider = createOpenAICompatible({
    name: config.provider,
    baseURL: config.baseUrl,
    ...(config.apiKey === null ? {} : { apiKey: config.apiKey }),
  })
  return { reply: (request, signal) => reply(config.provider, { provider, request }, signal) }
}

async function* reply(
  name: string,
  { provider, request }: { provider: ReturnType<typeof createOpenAICompatible>; request: BrainRequest },
  signal: AbortSignal,
): AsyncGenerator<BrainEvent> {
  const { fullStream } = streamText({
    model: provider.chatModel(request.model),
    instructions: instructionsOf(request),
    messages: chatMessages(request.messages),
    tools: toolSet(request.tools),
    maxRetries: 0,
    abortSignal: signal,
    // The default writes to the console; the failure is thrown below.
    onError: () => undefined,
    ...(request.temperature === null ? {} : { temperature: request.temperature }),
  })
  try {
    for await (const part of fullStream) {
      if (part.type === 'error') throw part.error
      // An aborted stream would otherwise end as if the model had finished.
      if (part.type === 'abort') throw signal.reason
      if (part.type === 'text-delta' && part.text !== '') yield { type: 'text', text: part.text }
      if (part.type === 'tool-call') {
        const { toolCallId, toolName, input } = part
        const json = typeof input === 'string' ? input : JSON.stringify(input ?? {})
        yield { type: 'tool_call', toolCallId, name: toolName, arguments: json }
      }
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw chatFault(name, error)
  }
  yield { type: 'done' }
}

function toolSet(definitions: readonly ToolDefinition[]): ToolSet {
  return Object.fromEntries(
    definitions.map(({ name, description, parameters }) => [
      name,
      tool({ description, inputSchema: jsonSchema({ ...parameters }) }),
    ]),
  )
}
