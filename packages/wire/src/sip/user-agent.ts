/**
 * The face of `sip/`: phone calls as an application sees them, over UDP, TCP and TLS. Below it stand dialogs, transactions
 * and the transport; above it nobody needs to know a SIP header.
 */
import type { InviteRequest } from './call/invite-request.ts'
import type { AnsweredCall } from './call/answered-call.ts'
import type { IncomingCall } from './call/incoming-call.ts'
import type { Credentials } from './digest/digest-response.ts'
import type { DialogRecord } from './dialog/dialog-record.ts'
import type { RegistrarAccount } from './registration/ask-registrar.ts'
import type { Registration, RegistrationOrder } from './registration/registration.ts'
import { standardSession, type SessionLimits } from './call/session-timer.ts'
import { RunningUserAgent } from './running-user-agent.ts'
import { systemResolver, type Resolver } from './locating/resolver.ts'
import type { TlsIdentity } from './stream/tls-transport.ts'
import type { Protection } from './protection/source-filter.ts'
import { standardTimings, type Timings } from './transaction/timings.ts'
import type { TraceLine } from './transaction/transaction-layer.ts'
import type { OpenTransport, TransportAddress, TransportProtocol } from './transport.ts'
import { openUdpTransport } from './udp-transport.ts'

export { ReinviteRefused, type AnsweredCall, type CallEnd } from './call/answered-call.ts'
export type { IncomingCall } from './call/incoming-call.ts'
export { InviteFailed, type InviteFailure, type InviteRequest } from './call/invite-request.ts'
export type { IncomingRefer, ReferOrder, ReferOutcome } from './call/referrals.ts'
export { TransactionFailed } from './call/one-answer.ts'
export type { DialogRecord } from './dialog/dialog-record.ts'
export type { ReleaseCause, Warning } from './call/release-cause.ts'
export type { Registration, RegistrationOrder, RegistrationState } from './registration/registration.ts'
export type { RegistrarAccount } from './registration/ask-registrar.ts'
export type { TraceLine } from './transaction/transaction-layer.ts'

export interface UserAgentOptions {
  readonly host: string
  /** Of UDP; 0 takes any free port. */
  readonly port: number
  /** Takes and makes TCP connections too; requests near an MTU then go over TCP. */
  readonly tcp?: { readonly port: number }
  readonly tls?: TlsIdentity & { readonly port: number }
  /** What others call us, when it is not the address we bind. */
  readonly advertisedHost?: string
  /** The product, as User-Agent names it. */
  readonly name: string
  /** Without it every INVITE is answered 404. */
  readonly onCall?: (call: IncomingCall) => void
  /** Looked at before a packet is parsed. */
  readonly protection?: Protection
  /** A STUN server that tells how our UDP address looks from outside; opening fails when it stays silent. */
  readonly stun?: TransportAddress
  /**
   * What every request outside a call passes first, as `sip:host:port`: it gets a Route (RFC 3261 §8.1.2). An order
   * that names one of its own goes by that. Requests inside a call follow the call's routes.
   */
  readonly outboundProxy?: string
  /** False while draining or overloaded: OPTIONS and INVITE are answered 503 with Retry-After. */
  readonly acceptsCalls?: () => boolean
  readonly onTrace?: (line: TraceLine) => void
  /** Faults that ended no call: an application callback threw, a request could not be sent, the socket complained. */
  readonly onFault?: (error: unknown) => void
  readonly timings?: Timings
  /** Opens the UDP socket. */
  readonly openTransport?: OpenTransport
  readonly resolver?: Resolver
  /** How often calls must be said to stand still (RFC 4028); 1,800 s asked for and 90 s taken at least when absent. */
  readonly session?: SessionLimits
  /** From 0 up to 1: shares calls out over servers of equal rank. */
  readonly random?: () => number
}

export interface UserAgent extends AsyncDisposable {
  /** Packets that `protection` has kept out so far. */
  readonly droppedPackets: number
  readonly host: string
  readonly port: number
  /** What others reach us at: advertised, seen by STUN, or bound. */
  readonly publicHost: string
  /** Of each transport that is open. */
  readonly ports: Readonly<Partial<Record<TransportProtocol, number>>>
  /** Rejects with InviteFailed; with TypeError or SipParseError, and nothing sent, for an order that is malformed. */
  invite(request: InviteRequest, signal: AbortSignal): Promise<AnsweredCall>
  /** Hangs up a dialog that another process owned. Rejects with TransactionFailed when nobody answers. */
  endDialog(record: DialogRecord & { credentials?: Credentials }, signal: AbortSignal): Promise<void>
  /** Makes an account receive its calls here, until disposed of. Closing the user agent takes it back too. */
  register(order: RegistrationOrder): Registration
  /**
   * Asks with REGISTER whether a registrar knows an account and believes its password. Without a Contact it changes
   * nothing (RFC 3261 §10.2.3). Rejects with TransactionFailed when nobody answers.
   */
  askRegistrar(account: RegistrarAccount, signal: AbortSignal): Promise<PingAnswer>
  /** Asks with OPTIONS whether somebody answers at `sip:host:port`. */
  ping(target: string, signal: AbortSignal): Promise<PingAnswer>
}

export interface PingAnswer {
  readonly status: number
  readonly reason: string
  readonly roundTripMs: number
}

export async function openUserAgent(options: UserAgentOptions): Promise<UserAgent> {
  return await RunningUserAgent.open({
    timings: standardTimings,
    openTransport: openUdpTransport,
    session: standardSession,
    resolver: systemResolver(options.host),
    random: Math.random,
    ...options,
  })
}
