import type { SipRequest } from '../message.ts'
import type { SessionLimits } from './session-timer.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import type { TransactionLayer } from '../transaction/transaction-layer.ts'
import type { Hop, TransportProtocol } from '../transport.ts'

/** Takes what arrives inside one dialog. */
export interface DialogParty {
  request(transaction: ServerTransaction): void
  acknowledged(sequence: number, sdp: string | undefined): void
  hangUp(): Promise<void>
  /** The socket is gone: holds no timer any more. */
  abandon(): void
}

/** What every call of one user agent shares. */
export interface AgentContext {
  readonly layer: TransactionLayer
  /** Those that are open. */
  readonly protocols: ReadonlySet<TransportProtocol>
  /** Our Contact URI as a neighbour on that way must know it; `sips:` where the request is (RFC 3261 §8.1.1.8). */
  readonly contact: (hop: Hop, requestUri?: string) => string
  /** Ways for a request to a URI, best first, one at least. */
  readonly locate: (uri: string, signal?: AbortSignal) => Promise<readonly Hop[]>
  /** The product as User-Agent names it. */
  readonly name: string
  readonly session: SessionLimits
  /** Live dialogs by `dialogKey`. */
  readonly dialogs: Map<string, DialogParty>
  /** Where a fault of ours, or of an application callback, is reported; the call goes on. */
  readonly fault: (error: unknown) => void
}

const methods = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'INFO',
  'UPDATE',
  'REFER',
  'NOTIFY',
  'PRACK',
] as const

/** What we take; in Allow of offers, answers and refusals (RFC 3261 §20.5). */
export const allowed = methods.join(', ')

const known = new Set<string>([...methods, 'REGISTER', 'SUBSCRIBE', 'PUBLISH', 'MESSAGE'])

/** RFC 3261 §8.2.1: 405 for a method we know but do not take here, 501 for one that we never heard of. */
export function refuseMethod(transaction: ServerTransaction): void {
  const status = known.has(transaction.request.method) ? 405 : 501
  transaction.respond({ status, headers: [['Allow', allowed]] })
}

/** Fields of a request or answer that opens or renews a dialog. */
export const dialogHeaders = (context: AgentContext, contact: string): [name: string, value: string][] => [
  ['Contact', `<${contact}>`],
  ['Allow', allowed],
  ['User-Agent', context.name],
]

export const sdpHeader: readonly [name: string, value: string] = ['Content-Type', 'application/sdp']

/** The same request carrying a session description. */
export function withSdp(request: SipRequest, sdp: string): SipRequest {
  request.headers.set(...sdpHeader)
  return { ...request, body: Buffer.from(sdp, 'utf8') }
}

/** Runs an application callback: what it throws is its fault and must not stop the protocol. */
export function guarded(context: AgentContext, callback: () => void): void {
  try {
    callback()
  } catch (error) {
    context.fault(error)
  }
}
