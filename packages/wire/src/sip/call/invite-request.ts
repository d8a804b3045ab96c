import { releaseCause, warnings, type ReleaseCause, type Warning } from './release-cause.ts'
import type { Credentials } from '../digest/digest-response.ts'

export interface InviteRequest {
  /** The request URI, as `sip:+14155550100@127.0.0.1:5070`. */
  readonly to: string
  /** A SIP URI, or a whole name-address value. */
  readonly from: string
  readonly fromName?: string
  /** Outbound proxy, as `sip:host:port`: where packets go, whatever the request URI says. */
  readonly nextHop?: string
  /** A proxy that packets pass first; unlike `nextHop` it is told so by a Route (RFC 3261 §8.1.2). */
  readonly outboundProxy?: string
  readonly sdp: string
  /** Lets the other side have its provisional answers acknowledged (RFC 3262). Some carriers stumble over the offer. */
  readonly reliableProgress?: boolean
  readonly headers?: Record<string, string>
  readonly credentials?: Credentials
  /** How long the phone may ring, from the first packet on. */
  readonly ringTimeoutMs: number
  /** How long the first answer of any kind may take; what else could be tried waits no longer. Absent: 64·T1. */
  readonly firstAnswerTimeoutMs?: number
  readonly callId?: string
  /** Called for each 18x, with its early session description where it has one. */
  readonly onProgress?: (progress: { status: number; reason: string; sdp?: string }) => void
}

/** `no_response`: not even a provisional answer came, so that nothing tells whether there is a phone at all. */
export type InviteFailure = 'rejected' | 'ring_timeout' | 'no_response' | 'transport' | 'cancelled'

export class InviteFailed extends Error {
  readonly kind: InviteFailure
  /** The final SIP status; 0 when none came. */
  readonly status: number
  readonly reason: string
  /** Of the final response, names in lower case: Retry-After, Reason, Contact of a redirection. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** Why the telephone network behind the server released the call, where it says so. */
  readonly releaseCause: ReleaseCause | undefined
  readonly warnings: readonly Warning[]

  constructor(
    kind: InviteFailure,
    answer: { status: number; reason: string; headers?: ReadonlyMap<string, readonly string[]> },
  ) {
    super(`call not established: ${kind}${answer.status === 0 ? '' : ` ${answer.status}`}`)
    this.name = 'InviteFailed'
    this.kind = kind
    this.status = answer.status
    this.reason = answer.reason
    this.headers = answer.headers ?? new Map()
    this.releaseCause = releaseCause(this.headers.get('reason') ?? [])
    this.warnings = warnings(this.headers.get('warning') ?? [])
  }
}
