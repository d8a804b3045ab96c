import { Agent, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { TestApi } from '../http-api.ts'

/** Requests over a socket, as they are written: no client that would mend a path or a body first. */
export type Ask = (asked: Asked) => Promise<Answered>

export interface Asked {
  readonly method: string
  /** Path and query, as they stand in the request line. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string | Uint8Array
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly ms: number
}

/** No answer may take longer. */
const deadlineMs = 10_000

/** For one test, by the administrator's key. */
export async function openRaw(api: TestApi): Promise<Ask> {
  if (!api.app.server.listening) await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  onTestFinished(() => agent.destroy())
  return async ({ method, url, headers = {}, payload }) => {
    const before = performance.now()
    const sent = request({
      agent,
      host: '127.0.0.1',
      port,
      method,
      path: url,
      headers: {
        authorization: `Bearer ${api.key}`,
        ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      },
      signal: AbortSignal.timeout(deadlineMs),
    })
    const head = Promise.withResolvers<IncomingMessage>()
    sent.once('response', head.resolve).once('error', head.reject)
    sent.end(payload)
    try {
      const response = await head.promise
      const text = (await buffer(response)).toString()
      const { statusCode = 0, headers: fields } = response
      return { status: statusCode, headers: fields, text, ms: performance.now() - before }
    } catch (error) {
      // No answer is one, too: tests say where.
      return { status: 599, headers: {}, text: String(error), ms: performance.now() - before }
    }
  }
}
