import type { SipHeaders } from './headers.ts'
import type { Via } from './via.ts'

export interface SipRequest {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
  readonly headers: SipHeaders
  readonly body: Buffer
}

export interface SipResponse {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
  readonly headers: SipHeaders
  readonly body: Buffer
}

export type SipMessage = SipRequest | SipResponse

/** The fields that every message must carry (RFC 3261 §8.1.1), checked and taken apart while parsing. */
export interface Envelope {
  readonly via: Via
  readonly callId: string
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
  readonly sequence: number
  /** The method of CSeq: tells which request a response belongs to. */
  readonly method: string
}

export type ReceivedRequest = SipRequest & { readonly envelope: Envelope }
export type ReceivedResponse = SipResponse & { readonly envelope: Envelope }
export type ReceivedMessage = ReceivedRequest | ReceivedResponse

export const noBody: Buffer = Buffer.alloc(0)

/** The session description a message carries, or undefined when it carries none. */
export function sdpOf(message: SipMessage): string | undefined {
  if (message.body.length === 0) return undefined
  const type = message.headers.get('Content-Type') ?? 'application/sdp'
  return /^\s*application\/sdp\b/i.test(type) ? message.body.toString('utf8') : undefined
}
