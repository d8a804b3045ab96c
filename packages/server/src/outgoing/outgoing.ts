import { lookup } from 'node:dns/promises'
import { Agent, type Dispatcher, request } from 'undici'
import { parseRanges } from './address-rules.ts'
import { checkUrl } from './check-url.ts'
import { guardedConnector, type Resolve } from './guarded-connector.ts'
import { OutgoingFault } from './outgoing-fault.ts'
import { OutgoingResponse } from './outgoing-response.ts'
import { ownAddresses } from './own-addresses.ts'

/**
 * Requests to addresses that customers named: webhooks, tools, pages. Nothing inside the operator's
 * network, on this machine or at a cloud's metadata service can be reached, redirects are handed back and
 * not followed, and no proxy settings of the environment apply. Disposing closes every connection.
 */
export interface Outgoing extends AsyncDisposable {
  /** Resolves when the head of the answer is there. Rejects with OutgoingFault. The signal is the deadline of all. */
  request(url: string, message: OutgoingMessage, signal: AbortSignal): Promise<OutgoingResponse>
}

export interface OutgoingMessage {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface OutgoingOptions {
  /** Ranges open besides the public internet, e.g. `127.0.0.0/8`. A faulty one throws. */
  readonly allowCidrs: readonly string[]
  readonly resolve?: Resolve
  readonly ownAddresses?: () => readonly string[]
  readonly connectTimeoutMs?: number
  /** PEM certificates trusted instead of the system's. */
  readonly ca?: string
}

/** An idle connection is kept this long, in milliseconds, for the next message to the same origin. */
const keepAliveMs = 4_000
const connectTimeoutMs = 5_000
const longestHeadBytes = 16 * 1024

export function createOutgoing(options: OutgoingOptions): Outgoing {
  const agent = new Agent({
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    pipelining: 1,
    maxHeaderSize: longestHeadBytes,
    connect: guardedConnector({
      rules: { allowed: parseRanges(options.allowCidrs), own: options.ownAddresses ?? ownAddresses },
      resolve: options.resolve ?? resolveBySystem,
      connectTimeoutMs: options.connectTimeoutMs ?? connectTimeoutMs,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    }),
  })
  return {
    request: (url, message, signal) => send(agent, { url, message }, signal),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

async function send(
  dispatcher: Dispatcher,
  { url, message }: { url: string; message: OutgoingMessage },
  signal: AbortSignal,
): Promise<OutgoingResponse> {
  const checked = checkUrl(url)
  try {
    const answer = await request(checked, {
      dispatcher,
      method: message.method,
      headers: { 'user-agent': 'Parley', ...message.headers },
      body: message.body ?? null,
      signal,
    })
    return new OutgoingResponse(answer, signal)
  } catch (error) {
    throw asFault(error, signal)
  }
}

function asFault(error: unknown, signal: AbortSignal): OutgoingFault {
  if (error instanceof OutgoingFault) return error
  if (signal.aborted) return new OutgoingFault('timeout', 'no answer in time', error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection'
  const timedOut = code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT'
  return new OutgoingFault(timedOut ? 'timeout' : 'unreachable', `no answer (${code})`, error)
}

async function resolveBySystem(hostname: string): Promise<readonly string[]> {
  const found = await lookup(hostname, { all: true })
  return found.map(entry => entry.address)
}
