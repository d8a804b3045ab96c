import { z } from 'zod'

/**
 * The client events of the Realtime API (GA), as strict as the service: a field it does not know is an error.
 * https://platform.openai.com/docs/api-reference/realtime-client-events
 */
const eventId = z.string().max(512).optional()

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).optional() }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).optional(),
    prefix_padding_ms: z.int().min(0).optional(),
    silence_duration_ms: z.int().min(0).optional(),
    idle_timeout_ms: z.int().min(5000).max(30_000).nullable().optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
])

const transcription = z.strictObject({
  model: z.string().optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/u)
    .optional(),
  prompt: z.string().optional(),
})

const tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[\w-]{1,64}$/u),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
})

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
])

const voice = z.union([z.string().min(1), z.strictObject({ id: z.string() })])
const modalities = z.array(z.enum(['text', 'audio'])).length(1)
const maxOutputTokens = z.union([z.int().min(1).max(4096), z.literal('inf')])

export const sessionConfig = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  instructions: z.string().optional(),
  output_modalities: modalities.optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: format.optional(),
          transcription: transcription.nullable().optional(),
          noise_reduction: z
            .strictObject({ type: z.enum(['near_field', 'far_field']) })
            .nullable()
            .optional(),
          turn_detection: turnDetection.nullable().optional(),
        })
        .optional(),
      output: z
        .strictObject({
          format: format.optional(),
          voice: voice.optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).optional(),
  max_output_tokens: maxOutputTokens.optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  tracing: z.unknown().optional(),
  truncation: z.unknown().optional(),
  prompt: z.unknown().optional(),
})

export type SessionConfig = z.infer<typeof sessionConfig>

const item = z.discriminatedUnion('type', [
  z.strictObject({
    id: z.string().max(32).optional(),
    object: z.literal('realtime.item').optional(),
    status: z.string().optional(),
    type: z.literal('message'),
    role: z.enum(['system', 'user', 'assistant']),
    content: z
      .array(z.strictObject({ type: z.enum(['input_text', 'output_text']), text: z.string() }))
      .min(1),
  }),
  z.strictObject({
    id: z.string().max(32).optional(),
    object: z.literal('realtime.item').optional(),
    status: z.string().optional(),
    type: z.literal('function_call_output'),
    call_id: z.string(),
    output: z.string(),
  }),
])

const responseConfig = z.strictObject({
  conversation: z.enum(['auto', 'none']).optional(),
  instructions: z.string().optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullable().optional(),
  output_modalities: modalities.optional(),
  audio: z
    .strictObject({
      output: z.strictObject({ format: format.optional(), voice: voice.optional() }).optional(),
    })
    .optional(),
  max_output_tokens: maxOutputTokens.optional(),
  input: z.array(z.unknown()).optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
})

export const clientEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id: eventId, session: sessionConfig }),
  z.strictObject({ type: z.literal('input_audio_buffer.append'), event_id: eventId, audio: z.base64() }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id: eventId }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id: eventId }),
  z.strictObject({
    type: z.literal('conversation.item.create'),
    event_id: eventId,
    previous_item_id: z.string().nullable().optional(),
    item,
  }),
  z.strictObject({
    type: z.literal('conversation.item.truncate'),
    event_id: eventId,
    item_id: z.string(),
    content_index: z.int().min(0),
    audio_end_ms: z.int().min(0),
  }),
  z.strictObject({ type: z.literal('conversation.item.delete'), event_id: eventId, item_id: z.string() }),
  z.strictObject({
    type: z.literal('response.create'),
    event_id: eventId,
    response: responseConfig.optional(),
  }),
  z.strictObject({
    type: z.literal('response.cancel'),
    event_id: eventId,
    response_id: z.string().optional(),
  }),
])

export type ClientEvent = z.infer<typeof clientEvent>
export type ResponseConfig = z.infer<typeof responseConfig>

export interface Refusal {
  readonly code: string
  readonly message: string
  readonly param: string | null
}

export type Parsed = { event: ClientEvent } | { refusal: Refusal; eventId: string | null }

export function parseClientEvent(frame: string): Parsed {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return {
      refusal: { code: 'invalid_json', message: 'Could not parse the event.', param: null },
      eventId: null,
    }
  }
  const parsed = clientEvent.safeParse(value)
  if (parsed.success) return { event: parsed.data }
  const id = (value as { event_id?: unknown } | null)?.event_id
  return { refusal: refusalOf(parsed.error), eventId: typeof id === 'string' ? id : null }
}

export function refusalOf(error: z.ZodError): Refusal {
  const issue = error.issues[0]
  const path = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys') {
    const param = [path, issue.keys[0]].filter(part => part !== '').join('.')
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param }
  }
  return {
    code: 'invalid_value',
    message: issue?.message ?? 'Invalid value.',
    param: path === '' ? null : path,
  }
}
