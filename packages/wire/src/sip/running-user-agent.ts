import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from './build-response.ts'
import { allowed, refuseMethod, type AgentContext } from './call/agent-context.ts'
import type { AnsweredCall } from './call/answered-call.ts'
import { IncomingInvite } from './call/incoming-invite.ts'
import type { InviteRequest } from './call/invite-request.ts'
import { askInDialog, oneAnswer } from './call/one-answer.ts'
import { OutgoingInvite } from './call/outgoing-invite.ts'
import { replacedCall } from './call/replaced-call.ts'
import { screenInvite } from './call/screen-invite.ts'
import { StrayAnswers } from './call/stray-answers.ts'
import { DigestSession } from './digest/digest-session.ts'
import type { Credentials } from './digest/digest-response.ts'
import { dialogKey, type DialogRecord } from './dialog/dialog-record.ts'
import { SipHeaders } from './headers.ts'
import { locate } from './locating/locate.ts'
import { noBody, sdpOf, type ReceivedRequest, type ReceivedResponse, type SipRequest } from './message.ts'
import { newCallId, newTag } from './tokens.ts'
import { routeTo } from './uri.ts'
import type { ServerTransaction } from './transaction/server-transaction.ts'
import { askRegistrar, type RegistrarAccount } from './registration/ask-registrar.ts'
import { credentialsOf, type Registration, type RegistrationOrder } from './registration/registration.ts'
import { RunningRegistration } from './registration/running-registration.ts'
import { TransactionLayer, type TransactionUser } from './transaction/transaction-layer.ts'
import { openTransports } from './open-transports.ts'
import { ownAddresses } from './own-addresses.ts'
import { SourceFilter } from './protection/source-filter.ts'
import { seenAddress } from './seen-address.ts'
import type { Hop, SipTransport, TransportAddress } from './transport.ts'
import { TransportSet } from './transport-set.ts'
import type { PingAnswer, UserAgent, UserAgentOptions } from './user-agent.ts'

type Options = UserAgentOptions &
  Required<Pick<UserAgentOptions, 'timings' | 'openTransport' | 'resolver' | 'random' | 'session'>>

/** Methods that mean nothing outside a call (REFER and NOTIFY do, and are not for strangers). */
const insideOnly = new Set(['BYE', 'INFO', 'UPDATE', 'PRACK', 'REFER', 'NOTIFY'])

/** RFC 3261 §21.5.4: somebody else should be asked for so many seconds. */
const retryLater: readonly [name: string, value: string] = ['Retry-After', '10']

/** How long closing waits for the answers to its BYE and CANCEL. */
const farewellMs = 2_000

/** CSeq leaps by this for a dialog of another process: it may have sent requests since the record was written. */
const inheritedSequenceLeap = 1_000

export class RunningUserAgent implements UserAgent, TransactionUser {
  readonly host: string
  readonly port: number
  readonly ports: UserAgent['ports']
  readonly publicHost: string
  readonly trace?: NonNullable<UserAgentOptions['onTrace']>
  readonly #options: Options
  readonly #transports: TransportSet
  readonly #context: AgentContext
  readonly #outgoing = new Set<OutgoingInvite>()
  readonly #ringing = new Set<IncomingInvite>()
  readonly #filter: SourceFilter
  readonly #strays: StrayAnswers
  readonly #registrations = new Set<RunningRegistration>()
  #closing: Promise<void> | undefined

  static async open(options: Options): Promise<UserAgent> {
    let agent: RunningUserAgent | undefined
    let early: ((bytes: Buffer) => void) | undefined
    const transports = await openTransports(options, protocol => ({
      message: (bytes, from) => (agent ? agent.receive(bytes, { ...from, protocol }) : early?.(bytes)),
      failed: error => options.onFault?.(error),
      disconnected: remote => agent?.disconnected({ ...remote, protocol }),
    }))
    try {
      const udp = options.stun && (await seenAddress(transports[0], options.stun, take => (early = take)))
      agent = new RunningUserAgent(options, transports, udp)
      return agent
    } catch (error) {
      await new TransportSet(transports).close()
      throw error
    }
  }

  constructor(
    options: Options,
    open: readonly [SipTransport, ...SipTransport[]],
    udp: TransportAddress | undefined,
  ) {
    const { timings, onTrace, resolver, random } = options
    const transports = new TransportSet(open)
    const { protocols } = transports
    this.host = open[0].host
    this.port = open[0].port
    this.ports = Object.fromEntries(open.map(({ protocol, port }) => [protocol, port]))
    if (onTrace) this.trace = onTrace
    this.#options = options
    this.#filter = new SourceFilter(options.protection ?? {})
    this.#transports = transports
    const { sentBy, contact } = ownAddresses(transports, { host: options.advertisedHost, udp })
    this.publicHost = sentBy({ protocol: 'udp', host: this.host, port: this.port }).host
    this.#context = {
      layer: new TransactionLayer({ transports, timings, sentBy, user: this }),
      contact,
      protocols,
      locate: (uri, signal) => locate(uri, { resolver, protocols, random }, signal),
      name: options.name,
      session: options.session,
      dialogs: new Map(),
      fault: error => this.fault(error),
    }
    this.#strays = new StrayAnswers(this.#context)
  }

  receive(bytes: Buffer, from: Hop): void {
    if (this.#filter.admits(from.host, performance.now())) this.#context.layer.receive(bytes, from)
  }

  called({ host }: Hop): void {
    this.#filter.called(host)
  }

  disconnected(remote: Hop): void {
    this.#context.layer.disconnected(remote)
    for (const registration of this.#registrations) registration.disconnected(remote)
  }

  get droppedPackets(): number {
    return this.#filter.dropped
  }

  async invite(request: InviteRequest, signal: AbortSignal): Promise<AnsweredCall> {
    if (this.#closing) throw new Error('the SIP user agent is closing')
    const attempt = new OutgoingInvite(this.#context, { ...this.#proxied(), ...request })
    const call = attempt.run(signal)
    this.#outgoing.add(attempt)
    attempt.finished.then(() => this.#outgoing.delete(attempt), this.#context.fault)
    return await call
  }

  async endDialog(record: DialogRecord & { credentials?: Credentials }, signal: AbortSignal): Promise<void> {
    let sequence = record.localSequence + inheritedSequenceLeap
    const order = {
      dialog: record,
      method: 'BYE',
      nextSequence: () => (sequence += 1),
      headers: [['User-Agent', this.#options.name] as const],
      digest: record.credentials && new DigestSession(record.credentials),
    }
    await askInDialog(this.#context, order, signal)
  }

  register(order: RegistrationOrder): Registration {
    if (this.#closing) throw new Error('the SIP user agent is closing')
    const registration = new RunningRegistration(
      this.#context,
      { ...this.#proxied(), ...order },
      {
        random: this.#options.random,
        closed: () => this.#registrations.delete(registration),
      },
    )
    this.#registrations.add(registration)
    return registration
  }

  async askRegistrar(account: RegistrarAccount, signal: AbortSignal): Promise<PingAnswer> {
    let sequence = 0
    const startedAt = performance.now()
    const { status, reason } = await askRegistrar(
      this.#context,
      { ...this.#proxied(), ...account },
      {
        callId: newCallId(),
        tag: newTag(),
        nextSequence: () => (sequence += 1),
        digest: new DigestSession(credentialsOf(account)),
        bindings: () => [],
        signal,
      },
    )
    return { status, reason, roundTripMs: performance.now() - startedAt }
  }

  async ping(target: string, signal: AbortSignal): Promise<PingAnswer> {
    const hops = await this.#context.locate(this.#options.outboundProxy ?? target, signal)
    const startedAt = performance.now()
    const request = (hop: Hop): SipRequest => this.#optionsRequest(target, hop)
    const { status, reason } = await oneAnswer(this.#context, { request, hops }, signal)
    return { status, reason, roundTripMs: performance.now() - startedAt }
  }

  request(transaction: ServerTransaction): void {
    const { method, envelope } = transaction.request
    if (envelope.toTag !== undefined) return this.#inDialog(transaction, envelope.toTag)
    if (method === 'INVITE') return this.#ring(transaction)
    if (method === 'OPTIONS') return transaction.respond(this.#capabilities())
    if (insideOnly.has(method)) {
      return transaction.respond({ status: 481 })
    }
    refuseMethod(transaction)
  }

  ack(request: ReceivedRequest): void {
    const { callId, toTag, fromTag, sequence } = request.envelope
    const party = this.#context.dialogs.get(dialogKey(callId, toTag ?? '', fromTag ?? ''))
    party?.acknowledged(sequence, sdpOf(request))
  }

  strayAnswer(response: ReceivedResponse, from: Hop): void {
    if (!this.#closing) this.#strays.take(response, from)
  }

  fault(error: unknown): void {
    this.#options.onFault?.(error)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #inDialog(transaction: ServerTransaction, toTag: string): void {
    const { callId, fromTag } = transaction.request.envelope
    const party = this.#context.dialogs.get(dialogKey(callId, toTag, fromTag ?? ''))
    if (party) party.request(transaction)
    else transaction.respond({ status: 481 })
  }

  #ring(transaction: ServerTransaction): void {
    const { request } = transaction
    const replacement = replacedCall(request, this.#context.dialogs)
    const unknown = replacement.type === 'refused' ? replacement.answer : undefined
    const refusal = screenInvite(request, this.#options.session) ?? this.#unwilling() ?? unknown
    if (refusal) return transaction.respond(refusal)
    transaction.respond({ status: 100 })
    const call = new IncomingInvite(this.#context, transaction, () => this.#ringing.delete(call))
    this.#ringing.add(call)
    try {
      this.#options.onCall?.(call)
    } catch (error) {
      this.fault(error)
      call.reject(500)
    }
  }

  #unwilling(): Answer | undefined {
    if (!this.#accepts()) return { status: 503, headers: [retryLater] }
    return this.#options.onCall ? undefined : { status: 404 }
  }

  #accepts(): boolean {
    return !this.#closing && (this.#options.acceptsCalls?.() ?? true)
  }

  /** RFC 3261 §11.2: answered as an INVITE would be; a load balancer takes us out of service on 503. */
  #capabilities(): Answer {
    const accepts = this.#accepts()
    const headers: [string, string][] = [
      ['Allow', allowed],
      ['Accept', 'application/sdp'],
      ['User-Agent', this.#options.name],
    ]
    return accepts ? { status: 200, headers } : { status: 503, headers: [...headers, retryLater] }
  }

  #optionsRequest(target: string, hop: Hop): SipRequest {
    const contact = this.#context.contact(hop, target)
    const { outboundProxy } = this.#options
    const headers = new SipHeaders([
      ...(outboundProxy === undefined ? [] : [['Route', routeTo(outboundProxy)] as const]),
      ['Max-Forwards', '70'],
      ['From', `<${contact}>;tag=${newTag()}`],
      ['To', `<${target}>`],
      ['Call-ID', newCallId()],
      ['CSeq', '1 OPTIONS'],
      ['Contact', `<${contact}>`],
      ['Accept', 'application/sdp'],
      ['User-Agent', this.#options.name],
    ])
    return { kind: 'request', method: 'OPTIONS', uri: target, headers, body: noBody }
  }

  #proxied(): { outboundProxy?: string } {
    const { outboundProxy } = this.#options
    return outboundProxy === undefined ? {} : { outboundProxy }
  }

  /** Says goodbye to everybody, waits a bounded time for their answers, then falls silent. */
  async #close(): Promise<void> {
    this.#strays.close()
    for (const call of this.#ringing) call.reject(503)
    for (const attempt of this.#outgoing) attempt.giveUp('cancelled')
    const farewells = [
      ...[...this.#registrations].map(one => one[Symbol.asyncDispose]()),
      ...[...this.#outgoing].map(attempt => attempt.finished),
      ...[...this.#context.dialogs.values()].map(party => party.hangUp()),
    ]
    const waited = new AbortController()
    const deadline = delay(farewellMs, undefined, { signal: waited.signal }).catch(() => undefined)
    await Promise.race([Promise.allSettled(farewells), deadline])
    waited.abort()
    this.#context.layer.dispose()
    const closed = this.#transports.close()
    for (const party of this.#context.dialogs.values()) party.abandon()
    await closed
  }
}
