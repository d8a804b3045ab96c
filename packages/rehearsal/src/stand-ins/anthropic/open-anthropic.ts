import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { openLoopback, type Log } from '../loopback.ts'
import type { ChatReply } from '../openai-chat/chat-reply.ts'
import { readJson } from '../read-body.ts'
import type { StandIn } from '../stand-in.ts'
import { type MessagesRequest, parseMessages } from './messages-request.ts'

export interface AnthropicOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  readonly reply?: (request: MessagesRequest) => ChatReply
}

/** Anthropic's messages, streamed. */
export async function openAnthropic(options: AnthropicOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => answer(request, response, { log, options }),
  })
}

/** A request has to say which form of the API it means. */
const versions = ['2023-06-01', '2026-10-21']

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
  if (request.method !== 'POST' || pathname !== '/v1/messages') return 404
  const key = keyOf(request)
  if (key === null || (apiKey !== undefined && key !== apiKey)) return 401
  return versions.includes(String(request.headers['anthropic-version'])) ? null : 400
}

/** The key stands in a header of Anthropic's, or in the usual one. */
function keyOf({ headers }: IncomingMessage): string | null {
  const own = headers['x-api-key']
  if (typeof own === 'string' && own !== '') return own
  return /^Bearer (?<key>\S+)$/u.exec(headers.authorization ?? '')?.groups?.['key'] ?? null
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  { log, options }: { log: Log; options: AnthropicOptions },
): Promise<void> {
  const parsed = parseMessages(await readJson(incoming))
  if (typeof parsed === 'string' || parsed.stream !== true) {
    const message = typeof parsed === 'string' ? parsed : 'this stand-in only streams'
    log('in', 'invalid', message)
    const error = { type: 'error', error: { type: 'invalid_request_error', message } }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error))
    return
  }
  log('in', 'messages', parsed)
  const reply = options.reply?.(parsed) ?? { text: 'Hello there.' }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of eventsOf(parsed.model, reply)) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    await pause(1)
  }
  response.end()
}

type ServerEvent = { type: string } & Record<string, unknown>

function eventsOf(model: string, { text, calls = [] }: ChatReply): ServerEvent[] {
  const usage = { input_tokens: 1, output_tokens: 1 }
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage }
  const words = text?.match(/\s*\S+/gu) ?? []
  const spoken = words.map(word => ({ type: 'text_delta', text: word }))
  const blocks = [
    ...(words.length === 0 ? [] : [{ start: { type: 'text', text: '' }, deltas: spoken }]),
    ...calls.map((call, index) => ({
      start: { type: 'tool_use', id: `toolu_${index}`, name: call.name, input: {} },
      deltas: [{ type: 'input_json_delta', partial_json: call.arguments }],
    })),
  ]
  const stopReason = calls.length > 0 ? 'tool_use' : 'end_turn'
  return [
    { type: 'message_start', message: { ...head, stop_reason: null, stop_sequence: null } },
    ...blocks.flatMap(({ start, deltas }, index) => [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map(delta => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ]
}
