import { z } from 'zod'

const cache = z.unknown().optional()
const text = z.strictObject({ type: z.literal('text'), text: z.string().min(1), cache_control: cache })
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[\w-]+$/u),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  cache_control: cache,
})
const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(text)]).optional(),
  is_error: z.boolean().optional(),
  cache_control: cache,
})

const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.union([text, toolResult]))]),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.union([text, toolUse]))]),
  }),
])

/** `POST /v1/messages`, as strict as Anthropic: unknown fields are refused. */
const messagesRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(text)]).optional(),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1).optional(),
  thinking: z.looseObject({ type: z.enum(['enabled', 'disabled', 'adaptive', 'between_tools']) }).optional(),
  output_config: z.strictObject({ effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']) }).optional(),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w-]{1,128}$/u),
        description: z.string().optional(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        cache_control: cache,
        /** Arguments are streamed as they are written. */
        eager_input_streaming: z.boolean().optional(),
      }),
    )
    .optional(),
  tool_choice: z.unknown().optional(),
})

export type MessagesRequest = z.infer<typeof messagesRequest>

/** Models of the newer families refuse to be told a temperature. */
const FIXED_TEMPERATURE = /^claude-(?:haiku|sonnet|opus)-5/u

/** The request, or what is wrong with it. */
export function parseMessages(body: unknown): MessagesRequest | string {
  const parsed = messagesRequest.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`
  }
  const { model, temperature, messages } = parsed.data
  if (temperature !== undefined && FIXED_TEMPERATURE.test(model))
    return 'temperature: not supported by this model'
  if (messages[0]?.role !== 'user') return 'messages: first message must use the user role'
  return orphanOf(messages) ?? parsed.data
}

/** Each tool use is answered in the message right after it. */
function orphanOf(messages: MessagesRequest['messages']): string | null {
  for (const [index, each] of messages.entries()) {
    if (each.role !== 'assistant' || typeof each.content === 'string') continue
    const uses = each.content.flatMap(part => (part.type === 'tool_use' ? [part.id] : []))
    const next = messages[index + 1]
    const results =
      next?.role === 'user' && typeof next.content !== 'string'
        ? next.content.flatMap(part => (part.type === 'tool_result' ? [part.tool_use_id] : []))
        : []
    if (uses.some(id => !results.includes(id))) return 'messages: tool_use without tool_result blocks'
  }
  return null
}
