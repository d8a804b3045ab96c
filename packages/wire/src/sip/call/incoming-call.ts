import type { Hop } from '../transport.ts'
import type { AnsweredCall } from './answered-call.ts'

/** A call that rings here. One of `accept` and `reject` ends the ringing; after the caller gave up both do nothing. */
export interface IncomingCall {
  readonly callId: string
  /** From and To as name-address values, without tags. */
  readonly from: string
  readonly to: string
  readonly requestUri: string
  /** Where the packets came from, whatever the message says. */
  readonly source: Hop
  /** The call of ours whose place this one takes: it is hung up once this one is accepted. */
  readonly replacesCallId: string | undefined
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** Undefined when the caller leaves the offer to us. */
  readonly sdp: string | undefined
  /** Aborted when the caller gives up before our final answer. */
  readonly cancelled: AbortSignal
  ring(status?: 180 | 183, sdp?: string): void
  /** Resolves at ACK. Rejects when the caller gave up, never acknowledged (BYE is then sent), or `signal` aborts. */
  accept(sdp: string, signal?: AbortSignal): Promise<AnsweredCall>
  /** A header with several values becomes as many lines. */
  reject(status: number, reason?: string, headers?: Record<string, string | readonly string[]>): void
}
