import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { openLoopback, type Log } from '../loopback.ts'
import { readJson } from '../read-body.ts'
import type { StandIn } from '../stand-in.ts'
import type { ChatReply } from './chat-reply.ts'
import { parseChat, type ChatRequest } from './chat-request.ts'
import { streamCompletion } from './stream-completion.ts'

export interface ChatOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  /** What the model answers; default: it says back the newest user message. */
  readonly reply?: (request: ChatRequest) => ChatReply
  readonly firstTokenMs?: number
  readonly betweenTokensMs?: number
}

/** OpenAI's chat completions, streamed and whole. */
export async function openOpenAiChat(options: ChatOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => complete(request, response, { log, options }),
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
  if (request.method !== 'POST' || !pathname.endsWith('/chat/completions')) return 404
  const key = /^Bearer (?<key>\S+)$/u.exec(request.headers.authorization ?? '')?.groups?.['key']
  return key === undefined || (apiKey !== undefined && key !== apiKey) ? 401 : null
}

async function complete(
  incoming: IncomingMessage,
  response: ServerResponse,
  { log, options }: { log: Log; options: ChatOptions },
): Promise<void> {
  const parsed = parseChat(await readJson(incoming))
  if ('refusal' in parsed) {
    log('in', 'invalid', parsed.refusal)
    const error = { ...parsed.refusal, type: 'invalid_request_error', code: null }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
    return
  }
  log('in', 'chat.completions', parsed.request)
  const reply = (options.reply ?? echo)(parsed.request)
  await pause(options.firstTokenMs ?? 30)
  if (parsed.request.stream)
    await streamCompletion(response, {
      model: parsed.request.model,
      reply,
      betweenMs: options.betweenTokensMs ?? 2,
    })
  else whole(response, parsed.request, reply)
}

function whole(response: ServerResponse, request: ChatRequest, reply: ChatReply): void {
  const message = {
    role: 'assistant',
    content: reply.text ?? null,
    refusal: null,
    ...(reply.calls?.length
      ? {
          tool_calls: reply.calls.map(call => ({
            id: `call_${randomUUID().slice(0, 8)}`,
            type: 'function',
            function: call,
          })),
        }
      : {}),
  }
  const body = {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: 0,
    model: request.model,
    choices: [
      { index: 0, message, logprobs: null, finish_reason: reply.calls?.length ? 'tool_calls' : 'stop' },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function echo({ messages }: ChatRequest): ChatReply {
  const newest = messages.findLast(({ role }) => role === 'user')?.content
  const said = typeof newest === 'string' ? newest : (newest?.map(({ text }) => text).join(' ') ?? 'nothing')
  return { text: `You said ${said}.` }
}
