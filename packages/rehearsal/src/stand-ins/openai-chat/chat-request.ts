import { z } from 'zod'

const text = z.union([
  z.string(),
  z.array(z.strictObject({ type: z.literal('text'), text: z.string() })).min(1),
])

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: text, name: z.string().optional() }),
  z.strictObject({ role: z.literal('user'), content: text, name: z.string().optional() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: text.nullable().optional(),
    refusal: z.string().nullable().optional(),
    tool_calls: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.literal('function'),
          function: z.strictObject({ name: z.string(), arguments: z.string() }),
        }),
      )
      .min(1)
      .optional(),
  }),
  // Mistral names the tool once more.
  z.strictObject({
    role: z.literal('tool'),
    tool_call_id: z.string(),
    name: z.string().optional(),
    content: text,
  }),
])

/** `POST /v1/chat/completions`, as strict as OpenAI: unknown fields are refused. */
const chatRequest = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullable().optional(),
  temperature: z.number().min(0).max(2).nullable().optional(),
  top_p: z.number().nullable().optional(),
  max_tokens: z.int().nullable().optional(),
  max_completion_tokens: z.int().nullable().optional(),
  stop: z.unknown().optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).nullable().optional(),
  seed: z.int().nullable().optional(),
  user: z.string().optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/u),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.unknown()).optional(),
          strict: z.boolean().nullable().optional(),
        }),
      }),
    )
    .optional(),
  tool_choice: z.unknown().optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: z.unknown().optional(),
})

export type ChatRequest = z.infer<typeof chatRequest>
export type ChatMessage = z.infer<typeof message>

export type ParsedChat = { request: ChatRequest } | { refusal: { message: string; param: string | null } }

export function parseChat(body: unknown): ParsedChat {
  const parsed = chatRequest.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { refusal: { message: issue?.message ?? 'Invalid body.', param: issue?.path.join('.') ?? null } }
  }
  const orphan = orphanOf(parsed.data.messages)
  return orphan === null ? { request: parsed.data } : { refusal: { message: orphan, param: 'messages' } }
}

/** Each tool call is directly followed by its results, and there are no results without a call. */
function orphanOf(messages: readonly ChatMessage[]): string | null {
  let open = new Set<string>()
  for (const each of messages) {
    if (each.role === 'tool') {
      if (!open.delete(each.tool_call_id)) {
        return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
      }
    } else if (open.size > 0) {
      return "An assistant message with 'tool_calls' must be followed by tool messages responding to each call."
    } else if (each.role === 'assistant') {
      open = new Set(each.tool_calls?.map(({ id }) => id))
    }
  }
  return open.size > 0 ? 'tool_calls without results' : null
}
