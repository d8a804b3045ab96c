import { z } from 'zod'
import { clientEvent, refusalOf, type ClientEvent, type Parsed } from '../openai-realtime/client-events.ts'

/**
 * xAI's Voice Agent speaks OpenAI's protocol with a flatter session, a message that is spoken as it stands
 * and no truncation. https://docs.x.ai/docs/guides/voice/agent
 */
const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.int().min(8000).max(48_000).optional() }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

const tool = z.union([
  z.strictObject({
    type: z.literal('function'),
    name: z.string().regex(/^[\w-]{1,64}$/u),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({ type: z.enum(['web_search', 'x_search', 'file_search', 'mcp']) }),
])

const session = z.strictObject({
  instructions: z.string().optional(),
  voice: z.string().min(1).optional(),
  output_modalities: z.array(z.enum(['text', 'audio'])).optional(),
  turn_detection: z
    .strictObject({
      type: z.literal('server_vad'),
      threshold: z.number().min(0.1).max(0.9).optional(),
      prefix_padding_ms: z.int().min(0).max(10_000).optional(),
      silence_duration_ms: z.int().min(0).max(10_000).optional(),
    })
    .nullable()
    .optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: format.optional(),
          transcription: z
            .strictObject({ model: z.string(), language: z.string().optional() })
            .nullable()
            .optional(),
        })
        .optional(),
      output: z.strictObject({ format: format.optional() }).optional(),
    })
    .optional(),
  tools: z.array(tool).optional(),
  tool_choice: z.enum(['none', 'auto', 'required']).optional(),
})

const ownEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id: z.string().optional(), session }),
  z.strictObject({
    type: z.literal('conversation.item.create'),
    event_id: z.string().optional(),
    item: z.strictObject({
      type: z.literal('force_message'),
      role: z.literal('assistant'),
      content: z.array(z.strictObject({ type: z.literal('output_text'), text: z.string().min(1) })).length(1),
    }),
  }),
])

/** What the service understood, as the OpenAI event that has the same effect. */
export function parseVoiceAgentEvent(frame: string): Parsed {
  const value = jsonOf(frame)
  if (value === null) return refused('invalid_json', 'Could not parse the event.')
  if (typeOf(value) === 'conversation.item.truncate') {
    return refused('unknown_event', 'Unknown event type: conversation.item.truncate')
  }
  const own = isOwn(value)
  const parsed = own ? ownEvent.safeParse(value) : clientEvent.safeParse(value)
  if (!parsed.success) return { refusal: refusalOf(parsed.error), eventId: null }
  return { event: own ? likened(parsed.data as z.infer<typeof ownEvent>) : (parsed.data as ClientEvent) }
}

function likened(event: z.infer<typeof ownEvent>): ClientEvent {
  if (event.type === 'conversation.item.create') {
    const [{ text } = { text: '' }] = event.item.content
    const response = { instructions: `Speak word for word this text: ${text}` }
    return { type: 'response.create', event_id: event.event_id, response }
  }
  const { voice, turn_detection, audio, tools, ...rest } = event.session
  const functions = tools?.flatMap(each => ('name' in each && each.type === 'function' ? [each] : []))
  return clientEvent.parse({
    type: 'session.update',
    session: {
      type: 'realtime',
      ...rest,
      ...(functions ? { tools: functions } : {}),
      audio: {
        input: {
          transcription: audio?.input?.transcription,
          turn_detection: turn_detection === undefined ? { type: 'server_vad' } : turn_detection,
        },
        output: { voice },
      },
    },
  })
}

function isOwn(value: object): boolean {
  const item = (value as { item?: { type?: unknown } }).item
  return typeOf(value) === 'session.update' || item?.type === 'force_message'
}

function typeOf(value: object): unknown {
  return (value as { type?: unknown }).type
}

function jsonOf(frame: string): object | null {
  try {
    const value: unknown = JSON.parse(frame)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function refused(code: string, message: string): Parsed {
  return { refusal: { code, message, param: null }, eventId: null }
}
