import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { openLoopback, type Log } from '../loopback.ts'
import type { ChatReply } from '../openai-chat/chat-reply.ts'
import { readJson } from '../read-body.ts'
import type { StandIn } from '../stand-in.ts'
import { type GenerateRequest, parseGenerate } from './generate-request.ts'

export interface GoogleGenerateOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  readonly reply?: (request: GenerateRequest) => ChatReply
}

const PATH = /^\/v1(?:beta)?\/models\/[\w.-]+:streamGenerateContent$/u

/** Google's language models, streamed. */
export async function openGoogleGenerate(options: GoogleGenerateOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => answer(request, response, { log, options }),
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  if (request.method !== 'POST' || !PATH.test(url.pathname)) return 404
  const key = request.headers['x-goog-api-key']
  if (typeof key !== 'string' || key === '' || (apiKey !== undefined && key !== apiKey)) return 401
  return url.searchParams.get('alt') === 'sse' ? null : 400
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  { log, options }: { log: Log; options: GoogleGenerateOptions },
): Promise<void> {
  const parsed = parseGenerate(await readJson(incoming))
  if (typeof parsed === 'string') {
    log('in', 'invalid', parsed)
    const error = { code: 400, message: parsed, status: 'INVALID_ARGUMENT' }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
    return
  }
  log('in', 'generateContent', parsed)
  const { text, calls = [] } = options.reply?.(parsed) ?? { text: 'Hello there.' }
  const parts = [
    ...(text?.match(/\s*\S+/gu) ?? []).map(word => ({ text: word })),
    ...calls.map(call => ({
      functionCall: { name: call.name, args: JSON.parse(call.arguments) as unknown },
    })),
  ]
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const [index, each] of parts.entries()) {
    const finishReason = index === parts.length - 1 ? { finishReason: 'STOP' } : {}
    const candidate = { content: { role: 'model', parts: [each] }, index: 0, ...finishReason }
    response.write(`data: ${JSON.stringify({ candidates: [candidate] })}\r\n\r\n`)
    await pause(1)
  }
  response.end()
}
