import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { Webhook } from 'standardwebhooks'

/** What came in: the body only where the signature is right. */
export type ReceivedWebhook =
  | { readonly verified: true; readonly event: string; readonly callId: string; readonly body: object }
  | { readonly verified: false; readonly reason: string }

/** A customer's endpoint: takes webhooks, checks their signature with the public library, answers 204. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string
  readonly received: readonly ReceivedWebhook[]
  /** The first webhook of that call. An unverifiable one counts only when none follows in time. */
  untilReceived(callId: string, signal: AbortSignal): Promise<ReceivedWebhook>
}

const mostBytes = 1_048_576
const path = '/webhooks/call-complete'

export async function openWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    void take(request, secret).then(webhook => {
      received.push(webhook)
      response.writeHead(webhook.verified ? 204 : 400).end()
      for (const look of waiting) look()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}${path}`,
    received,
    async untilReceived(callId, signal) {
      const find = (): ReceivedWebhook | undefined =>
        received.find(one => one.verified && one.callId === callId)
      const { promise, resolve } = Promise.withResolvers<void>()
      const look = (): void => {
        if (find()) resolve()
      }
      waiting.add(look)
      signal.addEventListener('abort', () => resolve(), { once: true })
      look()
      if (!signal.aborted) await promise
      waiting.delete(look)
      return find() ?? received.at(-1) ?? { verified: false, reason: 'no webhook came in time' }
    },
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      await promise
    },
  }
}

async function take(request: IncomingMessage, secret: string): Promise<ReceivedWebhook> {
  try {
    if (request.method !== 'POST' || request.url !== path) throw new Error('not the webhook address')
    return verify(await readBody(request), request, secret)
  } catch (error) {
    return { verified: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

function verify(body: string, { headers }: IncomingMessage, secret: string): ReceivedWebhook {
  const header = (name: string): string => String(headers[name] ?? '')
  const checked = new Webhook(secret).verify(body, {
    'webhook-id': header('webhook-id'),
    'webhook-timestamp': header('webhook-timestamp'),
    'webhook-signature': header('webhook-signature'),
  })
  if (typeof checked !== 'object' || checked === null) throw new Error('the body is no object')
  const { event, call_id: callId } = { event: '', call_id: '', ...idOf(checked), ...checked }
  return { verified: true, event: String(event), callId: String(callId), body: checked }
}

/** The flat call object names the call `id`. */
const idOf = (body: object): { call_id?: string } => ('id' in body ? { call_id: String(body.id) } : {})

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue
    bytes += part.length
    if (bytes > mostBytes) throw new Error('the body is too large')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
