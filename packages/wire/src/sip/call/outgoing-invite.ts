import { dialogFromAnswer } from '../dialog/dialog-record.ts'
import { DigestSession } from '../digest/digest-session.ts'
import { sdpOf, type ReceivedResponse, type SipRequest } from '../message.ts'
import { serializeMessage } from '../serialize-message.ts'
import { newCallId, newTag } from '../tokens.ts'
import type { ClientTransaction } from '../transaction/client-transaction.ts'
import type { FailureCause } from '../transaction/machine.ts'
import { lingerMs } from '../transaction/timings.ts'
import type { Hop } from '../transport.ts'
import { acknowledge } from './acknowledge.ts'
import { guarded, type AgentContext } from './agent-context.ts'
import type { AnsweredCall } from './answered-call.ts'
import { buildInvite } from './build-invite.ts'
import { EstablishedCall } from './established-call.ts'
import { InviteFailed, type InviteFailure, type InviteRequest } from './invite-request.ts'
import { silenceMs, waysFor } from './next-hop.ts'
import { isChallenge } from './one-answer.ts'
import { ReliableProgress } from './reliable-progress.ts'
import { timerFromAnswer, type SessionLimits } from './session-timer.ts'

/** One INVITE to one server. */
interface Try {
  readonly hop: Hop
  readonly transaction: ClientTransaction
  provisional: boolean
}

/**
 * One call of ours from INVITE to its answer (RFC 3261 §13.2). Giving up settles the caller's promise at once, while
 * CANCEL and its consequences run on: an answer that crosses the CANCEL is acknowledged and hung up (§9.1, §15). The
 * same holds for a server that was given up in favour of the next one (RFC 3263 §4.3) and speaks after all.
 */
export class OutgoingInvite {
  /** Resolves when nothing of this attempt is left on the wire. */
  readonly finished: Promise<void>
  readonly #context: AgentContext
  readonly #order: InviteRequest
  readonly #digest: DigestSession | undefined
  readonly #identity: { callId: string; tag: string; sequence: number }
  readonly #result = Promise.withResolvers<AnsweredCall>()
  /** How to acknowledge again, by the To tag of each answer. */
  readonly #acknowledged = new Map<string, () => void>()
  readonly #finish: () => void
  /** Servers that were not tried yet. */
  #hops: Hop[] = []
  readonly #reliable: ReliableProgress
  #session: SessionLimits
  #current: Try | undefined
  /** Any answer at all, a challenge included: somebody is there. */
  #heard = false
  #earlySdp: string | undefined
  #settled = false
  #silenceTimer: NodeJS.Timeout | undefined
  #abandonTimer: NodeJS.Timeout | undefined

  /** Throws, and nothing is sent, when the order itself is malformed. */
  constructor(context: AgentContext, order: InviteRequest) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.finished = promise
    this.#finish = resolve
    this.#context = context
    this.#order = order
    this.#session = context.session
    this.#digest = order.credentials && new DigestSession(order.credentials)
    this.#reliable = new ReliableProgress(context, this.#digest)
    this.#identity = { callId: order.callId ?? newCallId(), tag: newTag(), sequence: 1 }
    serializeMessage(this.#invite({ protocol: 'udp', host: '127.0.0.1', port: 5060 }))
  }

  async run(signal: AbortSignal): Promise<AnsweredCall> {
    const abort = (): void => this.giveUp('cancelled')
    const ringTimer = setTimeout(
      () => this.giveUp(this.#current?.provisional ? 'ring_timeout' : 'no_response'),
      this.#order.ringTimeoutMs,
    )
    const answerTimer = this.#firstAnswerTimer()
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    this.#send(signal).catch((error: unknown) => this.#fail(error))
    try {
      return await this.#result.promise
    } finally {
      clearTimeout(ringTimer)
      clearTimeout(answerTimer)
      signal.removeEventListener('abort', abort)
    }
  }

  /** RFC 3261 §9.1: CANCEL may only follow a provisional answer; until one comes, the wish is kept. */
  giveUp(kind: InviteFailure): void {
    if (this.#settled) return
    this.#reject(new InviteFailed(kind, { status: 0, reason: kind }))
    if (!this.#current) this.#finish()
    else if (this.#current.provisional) this.#cancel(this.#current.transaction)
  }

  #firstAnswerTimer(): NodeJS.Timeout | undefined {
    const { firstAnswerTimeoutMs } = this.#order
    if (firstAnswerTimeoutMs === undefined) return undefined
    return setTimeout(() => {
      if (!this.#heard) this.giveUp('no_response')
    }, firstAnswerTimeoutMs)
  }

  async #send(signal: AbortSignal): Promise<void> {
    const { nextHop, outboundProxy, to } = this.#order
    const hops = await this.#context.locate(nextHop ?? outboundProxy ?? to, signal)
    const size = hops[0] ? serializeMessage(this.#invite(hops[0])).length : 0
    this.#hops = [...waysFor(hops, size, this.#context.protocols)]
    if (!this.#settled) this.#tryNext()
  }

  #invite(hop: Hop): SipRequest {
    return buildInvite(this.#context, this.#order, { ...this.#identity, hop, session: this.#session })
  }

  /** False when every server was tried. */
  #tryNext(): boolean {
    const hop = this.#settled ? undefined : this.#hops.shift()
    if (hop) this.#attempt(hop)
    return hop !== undefined
  }

  #attempt(hop: Hop): void {
    const request = this.#invite(hop)
    this.#digest?.authorize(request)
    const transaction = this.#context.layer.request(request, hop, {
      response: response => this.#receive(one, response),
      failed: cause => this.#lost(one, cause),
    })
    const one: Try = { hop, transaction, provisional: false }
    this.#current = one
    clearTimeout(this.#silenceTimer)
    if (this.#hops.length === 0) return
    this.#silenceTimer = setTimeout(() => this.#passOver(one), silenceMs(this.#context.layer.timings))
  }

  #passOver(one: Try): void {
    one.transaction.hush()
    this.#tryNext()
  }

  #receive(one: Try, response: ReceivedResponse): void {
    const current = one === this.#current
    if (current) this.#hear()
    if (response.status < 200) this.#progress(one, response)
    else if (response.status < 300) this.#answered(one, response)
    else if (!current) return
    else if (!this.#settled && this.#mended(response)) {
      this.#identity.sequence += 1
      this.#attempt(one.hop)
    } else if (response.status !== 503 || !this.#tryNext()) this.#refused(response)
  }

  /** Whether the same server may say yes when asked in other words. */
  #mended(response: ReceivedResponse): boolean {
    if (isChallenge(response.status)) return this.#digest?.learn(response) ?? false
    return response.status === 422 && this.#stretch(response)
  }

  /** RFC 4028 §7.3: somebody on the way wants fewer refreshes. */
  #stretch(response: ReceivedResponse): boolean {
    const least = Number(/^\s*(\d{1,6})/.exec(response.headers.get('Min-SE') ?? '')?.[1] ?? 0)
    if (least <= this.#session.minSeconds) return false
    this.#session = { minSeconds: least, expiresSeconds: Math.max(least, this.#session.expiresSeconds) }
    return true
  }

  #hear(): void {
    this.#heard = true
    clearTimeout(this.#silenceTimer)
  }

  #progress(one: Try, response: ReceivedResponse): void {
    const first = !one.provisional
    one.provisional = true
    if (this.#settled || one !== this.#current) {
      if (first) this.#cancel(one.transaction)
      return
    }
    if (response.status === 100) return
    if (!this.#reliable.take(response, one.transaction.request, one.hop)) return
    const { status, reason } = response
    const sdp = sdpOf(response)
    this.#earlySdp = sdp ?? this.#earlySdp
    const progress = { status, reason, ...(sdp === undefined ? {} : { sdp }) }
    guarded(this.#context, () => this.#order.onProgress?.(progress))
  }

  #refused(response: ReceivedResponse): void {
    const { status, reason } = response
    this.#reject(new InviteFailed('rejected', { status, reason, headers: response.headers.toMap() }))
    this.#close()
  }

  #lost(one: Try, cause: FailureCause): void {
    if (one !== this.#current || (!one.provisional && this.#tryNext())) return
    this.#reject(
      new InviteFailed(cause === 'timeout' ? 'no_response' : 'transport', { status: 0, reason: cause }),
    )
    this.#close()
  }

  /** Every 2xx is acknowledged; only the first one to a caller who still waits becomes the call. */
  #answered(one: Try, response: ReceivedResponse): void {
    const tag = response.envelope.toTag ?? ''
    const again = this.#acknowledged.get(tag)
    if (again) return again()
    try {
      const call = this.#establish(one, response)
      if (one !== this.#current || this.#settled) this.#disown(call)
      else if (call.remoteSdp === '') this.#unusable(call)
      else this.#resolve(call)
    } catch (error) {
      this.#fail(error)
    }
  }

  #establish({ hop, transaction }: Try, response: ReceivedResponse): EstablishedCall {
    const dialog = dialogFromAnswer(transaction.request, response, hop)
    this.#acknowledged.set(dialog.remoteTag, acknowledge(this.#context, dialog, transaction.request))
    const localSequence = this.#reliable.latestSequence(dialog.remoteTag, dialog.localSequence)
    return new EstablishedCall(this.#context, {
      dialog: { ...dialog, localSequence },
      localSdp: this.#order.sdp,
      remoteSdp: sdpOf(response) ?? this.#earlySdp ?? '',
      digest: this.#digest,
      remoteAllows: response.headers.list('Allow').map(method => method.toUpperCase()),
      timer: timerFromAnswer(response),
    })
  }

  #unusable(call: EstablishedCall): void {
    this.#reject(new InviteFailed('rejected', { status: 488, reason: 'Answer without session description' }))
    this.#disown(call)
  }

  /** An answer that came too late, from another fork, or from a server that we passed over. */
  #disown(call: EstablishedCall): void {
    const settled = this.#settled
    call[Symbol.asyncDispose]().then(() => settled && this.#close(), this.#context.fault)
  }

  #cancel(transaction: ClientTransaction): void {
    const ignore = (): void => undefined
    this.#context.layer.cancel(transaction, { response: ignore, failed: ignore })
    const timer = setTimeout(() => transaction.abandon(), lingerMs(this.#context.layer.timings))
    if (transaction === this.#current?.transaction) this.#abandonTimer = timer
    else timer.unref()
  }

  #fail(error: unknown): void {
    const failure = new InviteFailed('transport', { status: 0, reason: 'request could not be sent' })
    failure.cause = error
    this.#reject(failure)
    this.#close()
  }

  #resolve(call: EstablishedCall): void {
    this.#settled = true
    this.#result.resolve(call)
    this.#close()
  }

  #reject(error: Error): void {
    this.#settled = true
    this.#result.reject(error)
  }

  #close(): void {
    clearTimeout(this.#abandonTimer)
    clearTimeout(this.#silenceTimer)
    this.#finish()
  }
}
