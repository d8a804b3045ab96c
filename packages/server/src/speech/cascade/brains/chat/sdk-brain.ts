import { jsonSchema, streamText, tool, type LanguageModel, type ToolSet } from 'ai'
import type { ToolDefinition } from '../../../port.ts'
import type { Brain, BrainEvent, BrainRequest } from '../../port.ts'
import { chatFault } from './chat-fault.ts'
import { chatMessages, instructionsOf } from './chat-messages.ts'

export type Thinking = Pick<Parameters<typeof streamText>[0], 'reasoning' | 'providerOptions'>

export interface LanguageModels {
  readonly provider: string
  model(id: string): LanguageModel
  /** What keeps a model from thinking long before it speaks; nothing for one that does not think. */
  thinking(id: string): Thinking
}

/** Any language model that the AI SDK reaches. Tools are told to it and never run here. */
export function sdkBrain(models: LanguageModels): Brain {
  return { reply: (request, signal) => reply(models, request, signal) }
}

async function* reply(
  models: LanguageModels,
  request: BrainRequest,
  signal: AbortSignal,
): AsyncGenerator<BrainEvent> {
  const { fullStream } = streamText({
    model: models.model(request.model),
    instructions: instructionsOf(request),
    messages: chatMessages(request.messages),
    tools: toolSet(request.tools),
    maxRetries: 0,
    abortSignal: signal,
    // The default writes to the console; the failure is thrown below.
    onError: () => undefined,
    ...(request.temperature === null ? {} : { temperature: request.temperature }),
    ...models.thinking(request.model),
  })
  try {
    for await (const part of fullStream) {
      if (part.type === 'error') throw part.error
      // An aborted stream would otherwise end as if the model had finished.
      if (part.type === 'abort') throw signal.reason
      if (part.type === 'text-delta' && part.text !== '') yield { type: 'text', text: part.text }
      if (part.type === 'tool-call') yield toolCall(part)
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw chatFault(models.provider, error)
  }
  yield { type: 'done' }
}

function toolCall(part: { toolCallId: string; toolName: string; input: unknown }): BrainEvent {
  const { toolCallId, toolName: name, input } = part
  const json = typeof input === 'string' ? input : JSON.stringify(input ?? {})
  return { type: 'tool_call', toolCallId, name, arguments: json }
}

function toolSet(definitions: readonly ToolDefinition[]): ToolSet {
  return Object.fromEntries(
    definitions.map(({ name, description, parameters }) => [
      name,
      tool({ description, inputSchema: jsonSchema({ ...parameters }) }),
    ]),
  )
}
