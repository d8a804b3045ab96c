import type { DigestSession } from '../digest/digest-session.ts'
import { requestInDialog, type DialogRecord } from '../dialog/dialog-record.ts'
import { hopsInDialog } from '../dialog/hops-in-dialog.ts'
import type { ReceivedResponse, SipRequest } from '../message.ts'
import { orAborted } from '../or-aborted.ts'
import { serializeMessage } from '../serialize-message.ts'
import type { FailureCause } from '../transaction/machine.ts'
import type { Hop } from '../transport.ts'
import type { AgentContext } from './agent-context.ts'
import { silenceMs, waysFor } from './next-hop.ts'

/** Nobody answered a request within 64·T1, or it could not be sent. */
export class TransactionFailed extends Error {
  readonly failure: FailureCause

  constructor(failure: FailureCause) {
    super(failure === 'timeout' ? 'no answer to a SIP request' : 'a SIP request could not be sent')
    this.name = 'TransactionFailed'
    this.failure = failure
  }
}

export interface Question {
  /** Best first, one at least. */
  readonly hops: readonly Hop[]
  /** Still without Via. Called once for each hop: each call may use up a digest nonce count. */
  readonly request: (hop: Hop) => SipRequest
}

/**
 * Sends a request (not INVITE) and waits for its final response. RFC 3263 §4.3: the next server is asked when one
 * cannot be reached, stays silent or is unavailable. Aborting ends the waiting, not the request.
 */
export async function oneAnswer(
  context: AgentContext,
  { hops, request }: Question,
  signal: AbortSignal,
): Promise<ReceivedResponse> {
  signal.throwIfAborted()
  const [first] = hops
  const firstRequest = first && request(first)
  const size = firstRequest ? serializeMessage(firstRequest).length : 0
  let trouble: unknown = new TransactionFailed('transport')
  let unavailable: ReceivedResponse | undefined
  const ways = waysFor(hops, size, context.protocols)
  for (const [index, hop] of ways.entries()) {
    const same = hop === first ? firstRequest : undefined
    const order = { hop, request: same ?? request(hop), last: index === ways.length - 1 }
    try {
      const response = await orAborted(answerFrom(context, order), signal)
      if (response.status !== 503) return response
      unavailable = response
    } catch (error) {
      if (!(error instanceof TransactionFailed)) throw error
      trouble = error
    }
  }
  if (unavailable) return unavailable
  throw trouble
}

async function answerFrom(
  { layer }: AgentContext,
  { hop, request, last }: { hop: Hop; request: SipRequest; last: boolean },
): Promise<ReceivedResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ReceivedResponse>()
  const transaction = layer.request(request, hop, {
    response: response => {
      clearTimeout(patience)
      if (response.status >= 200) resolve(response)
    },
    failed: cause => reject(new TransactionFailed(cause)),
  })
  const patience = last ? undefined : setTimeout(() => transaction.abandon(), silenceMs(layer.timings))
  try {
    return await promise
  } finally {
    clearTimeout(patience)
  }
}

export const isChallenge = (status: number): boolean => status === 401 || status === 407

export interface InDialogOrder {
  readonly dialog: DialogRecord
  readonly method: string
  /** Called for each try: a request with credentials is a new request (RFC 3261 §22.2). */
  readonly nextSequence: () => number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Buffer
  readonly digest?: DigestSession | undefined
}

/** Sends a request inside a dialog and answers challenges on the way. */
export async function askInDialog(
  context: AgentContext,
  order: InDialogOrder,
  signal: AbortSignal,
): Promise<ReceivedResponse> {
  order.digest?.begin()
  for (;;) {
    const { request, hop } = orderedRequest(order)
    const hops = await hopsInDialog(order.dialog, hop, uri => context.locate(uri, signal))
    const response = await oneAnswer(context, { request: () => request, hops }, signal)
    if (!isChallenge(response.status) || !order.digest?.learn(response)) return response
  }
}

/** A request inside a dialog with all that its order wants, and the URI of its next hop. */
export function orderedRequest(order: InDialogOrder): { request: SipRequest; hop: string } {
  const { request, hop } = requestInDialog(order.dialog, order.method, order.nextSequence())
  for (const [name, value] of order.headers) request.headers.set(name, value)
  order.digest?.authorize(request)
  return { request: order.body ? { ...request, body: order.body } : request, hop }
}
