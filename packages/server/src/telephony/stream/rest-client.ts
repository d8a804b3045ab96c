import { Agent, request } from 'undici'
import { parseJson } from '../json-fields.ts'
import type { RestAnswer, RestRequest } from '../vendor.ts'

/**
 * Why a request to a vendor brought no answer. `unsent`: it surely never reached the vendor. `lost`: it may
 * have, and may have been acted upon. The message names neither address nor credentials.
 */
export class RestFault extends Error {
  readonly kind: 'unsent' | 'lost'

  constructor(kind: RestFault['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'RestFault'
    this.kind = kind
  }
}

export interface RestClient extends AsyncDisposable {
  /** Rejects with RestFault. The signal is the deadline of all, the answer's body included. */
  send(request: RestRequest, signal: AbortSignal): Promise<RestAnswer>
}

const connectTimeoutMs = 5_000
const longestAnswerBytes = 256 * 1024
/** No byte has left before a connection stands. */
const unsentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** HTTP to vendors' APIs: redirects are not followed, connections are kept, disposing closes them. */
export function openRestClient(): RestClient {
  const agent = new Agent({ connect: { timeout: connectTimeoutMs }, pipelining: 1 })
  return {
    send: (order, signal) => send(agent, order, signal),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

async function send(
  dispatcher: Agent,
  { method, url, headers, body }: RestRequest,
  signal: AbortSignal,
): Promise<RestAnswer> {
  try {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: { 'user-agent': 'Parley', ...headers },
      body,
      signal,
    })
    const text = await readBounded(answer.body)
    const retryAfter = Number(answer.headers['retry-after'])
    return {
      status: answer.statusCode,
      body: parseJson(text),
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    }
  } catch (error) {
    throw asFault(error, signal)
  }
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body) {
    size += piece.length
    if (size > longestAnswerBytes) throw new RestFault('lost', 'The carrier sent too long an answer')
    pieces.push(piece)
  }
  return Buffer.concat(pieces, size).toString()
}

function asFault(error: unknown, signal: AbortSignal): RestFault {
  if (error instanceof RestFault) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code'
  if (unsentCodes.has(code)) return new RestFault('unsent', `The carrier can not be reached (${code})`, error)
  if (signal.aborted) return new RestFault('lost', 'The carrier did not answer in time', error)
  return new RestFault('lost', `The carrier's answer was lost (${code})`, error)
}
