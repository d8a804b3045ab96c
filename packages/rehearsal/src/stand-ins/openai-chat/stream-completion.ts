import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { ChatReply } from './chat-reply.ts'

/** A completion as server-sent events: text word by word, each call's arguments in small pieces, `[DONE]`. */
export async function streamCompletion(
  response: ServerResponse,
  { model, reply, betweenMs }: { model: string; reply: ChatReply; betweenMs: number },
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const head = { id: `chatcmpl-${randomUUID()}`, object: 'chat.completion.chunk', created: 0, model }
  for (const [index, delta] of deltasOf(reply).entries()) {
    if (index === reply.breaks?.after) {
      if (reply.breaks.how === 'cut') response.destroy()
      return
    }
    const choice = { index: 0, delta, logprobs: null, finish_reason: null }
    response.write(`data: ${JSON.stringify({ ...head, choices: [choice] })}\n\n`)
    await pause(betweenMs)
  }
  const reason = reply.calls?.length ? 'tool_calls' : 'stop'
  const last = { index: 0, delta: {}, logprobs: null, finish_reason: reason }
  response.end(`data: ${JSON.stringify({ ...head, choices: [last] })}\n\ndata: [DONE]\n\n`)
}

function deltasOf({ text, calls = [] }: ChatReply): object[] {
  const words = text?.match(/\s*\S+/gu) ?? []
  return [
    { role: 'assistant', content: '', refusal: null },
    ...words.map(content => ({ content })),
    ...calls.flatMap((call, index) => callDeltas(call, index)),
  ]
}

function callDeltas({ name, arguments: json }: { name: string; arguments: string }, index: number): object[] {
  const id = `call_${randomUUID().slice(0, 8)}`
  const pieces = json.match(/[\s\S]{1,8}/gu) ?? []
  return [
    { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
    ...pieces.map(piece => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]
}
