import type { DigestSession } from '../digest/digest-session.ts'
import { requestInDialog, type DialogRecord } from '../dialog/dialog-record.ts'
import { locate } from '../locate.ts'
import type { ReceivedResponse, SipRequest } from '../message.ts'
import { orAborted } from '../or-aborted.ts'
import type { FailureCause } from '../transaction/machine.ts'
import type { TransactionLayer } from '../transaction/transaction-layer.ts'
import type { TransportAddress } from '../transport.ts'

/** Nobody answered a request within 64·T1, or it could not be sent. */
export class TransactionFailed extends Error {
  readonly failure: FailureCause

  constructor(failure: FailureCause) {
    super(failure === 'timeout' ? 'no answer to a SIP request' : 'a SIP request could not be sent')
    this.name = 'TransactionFailed'
    this.failure = failure
  }
}

/** Sends a non-INVITE request and waits for its final response. Aborting ends the waiting, not the request. */
export function oneAnswer(
  layer: TransactionLayer,
  { request, destination }: { request: SipRequest; destination: TransportAddress },
  signal: AbortSignal,
): Promise<ReceivedResponse> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<ReceivedResponse>()
  layer.request(request, destination, {
    response: response => response.status >= 200 && resolve(response),
    failed: cause => reject(new TransactionFailed(cause)),
  })
  return orAborted(promise, signal)
}

export const isChallenge = (status: number): boolean => status === 401 || status === 407

export interface InDialogOrder {
  readonly dialog: DialogRecord
  readonly method: string
  /** Called for each try: a request with credentials is a new request (RFC 3261 §22.2). */
  readonly nextSequence: () => number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly digest?: DigestSession | undefined
}

/** Sends a request inside a dialog and answers challenges on the way. */
export async function askInDialog(
  layer: TransactionLayer,
  order: InDialogOrder,
  signal: AbortSignal,
): Promise<ReceivedResponse> {
  order.digest?.begin()
  for (;;) {
    const { request, hop } = requestInDialog(order.dialog, order.method, order.nextSequence())
    for (const [name, value] of order.headers) request.headers.set(name, value)
    order.digest?.authorize(request)
    const destination = await locate(hop, signal)
    const response = await oneAnswer(layer, { request, destination }, signal)
    if (!isChallenge(response.status) || !order.digest?.learn(response)) return response
  }
}
