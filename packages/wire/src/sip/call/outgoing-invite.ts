import { dialogFromAnswer } from '../dialog/dialog-record.ts'
import { DigestSession } from '../digest/digest-session.ts'
import { locate } from '../locate.ts'
import { sdpOf, type ReceivedResponse } from '../message.ts'
import { serializeMessage } from '../serialize-message.ts'
import { newCallId, newTag } from '../tokens.ts'
import type { ClientTransaction } from '../transaction/client-transaction.ts'
import type { FailureCause } from '../transaction/machine.ts'
import { lingerMs } from '../transaction/timings.ts'
import type { TransportAddress } from '../transport.ts'
import { acknowledge } from './acknowledge.ts'
import { guarded, type AgentContext } from './agent-context.ts'
import type { AnsweredCall } from './answered-call.ts'
import { buildInvite } from './build-invite.ts'
import { EstablishedCall } from './established-call.ts'
import { InviteFailed, type InviteFailure, type InviteRequest } from './invite-request.ts'
import { isChallenge } from './one-answer.ts'

/**
 * One call of ours from INVITE to its answer (RFC 3261 §13.2). Giving up settles the caller's promise at once, while
 * CANCEL and its consequences run on: an answer that crosses the CANCEL is acknowledged and hung up (§9.1, §15).
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
  #destination: TransportAddress | undefined
  #transaction: ClientTransaction | undefined
  #provisional = false
  /** Any answer at all, a challenge included: somebody is there. */
  #heard = false
  #earlySdp: string | undefined
  #settled = false
  #abandonTimer: NodeJS.Timeout | undefined

  /** Throws, and nothing is sent, when the order itself is malformed. */
  constructor(context: AgentContext, order: InviteRequest) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.finished = promise
    this.#finish = resolve
    this.#context = context
    this.#order = order
    this.#digest = order.credentials && new DigestSession(order.credentials)
    this.#identity = { callId: order.callId ?? newCallId(), tag: newTag(), sequence: 1 }
    serializeMessage(buildInvite(context, order, this.#identity))
  }

  async run(signal: AbortSignal): Promise<AnsweredCall> {
    const abort = (): void => this.giveUp('cancelled')
    const ringTimer = setTimeout(
      () => this.giveUp(this.#provisional ? 'ring_timeout' : 'no_response'),
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
    if (!this.#transaction) this.#finish()
    else if (this.#provisional) this.#cancel(this.#transaction)
  }

  #firstAnswerTimer(): NodeJS.Timeout | undefined {
    const { firstAnswerTimeoutMs } = this.#order
    if (firstAnswerTimeoutMs === undefined) return undefined
    return setTimeout(() => {
      if (!this.#heard) this.giveUp('no_response')
    }, firstAnswerTimeoutMs)
  }

  async #send(signal: AbortSignal): Promise<void> {
    this.#destination = await locate(this.#order.nextHop ?? this.#order.to, signal)
    if (!this.#settled) this.#attempt()
  }

  #attempt(): void {
    const request = buildInvite(this.#context, this.#order, this.#identity)
    this.#digest?.authorize(request)
    this.#provisional = false
    if (!this.#destination) return
    this.#transaction = this.#context.layer.request(request, this.#destination, {
      response: response => this.#receive(response),
      failed: cause => this.#lost(cause),
    })
  }

  #receive(response: ReceivedResponse): void {
    this.#heard = true
    if (response.status < 200) this.#progress(response)
    else if (response.status < 300) this.#answered(response)
    else if (isChallenge(response.status) && !this.#settled && this.#digest?.learn(response)) {
      this.#identity.sequence += 1
      this.#attempt()
    } else this.#refused(response)
  }

  #progress(response: ReceivedResponse): void {
    const first = !this.#provisional
    this.#provisional = true
    if (this.#settled) {
      if (first && this.#transaction) this.#cancel(this.#transaction)
      return
    }
    if (response.status === 100) return
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

  #lost(cause: FailureCause): void {
    this.#reject(
      new InviteFailed(cause === 'timeout' ? 'no_response' : 'transport', { status: 0, reason: cause }),
    )
    this.#close()
  }

  /** Every 2xx is acknowledged; only the first one to a caller who still waits becomes the call. */
  #answered(response: ReceivedResponse): void {
    const tag = response.envelope.toTag ?? ''
    const again = this.#acknowledged.get(tag)
    if (again) return again()
    try {
      const call = this.#establish(response)
      const wanted = !this.#settled && call.remoteSdp !== ''
      if (wanted) this.#resolve(call)
      else this.#hangUp(call)
    } catch (error) {
      this.#fail(error)
    }
  }

  #establish(response: ReceivedResponse): EstablishedCall {
    const invite = this.#transaction?.request
    if (!invite) throw new Error('answer without INVITE')
    const dialog = dialogFromAnswer(invite, response, this.#context.transport)
    this.#acknowledged.set(dialog.remoteTag, acknowledge(this.#context, dialog, invite))
    return new EstablishedCall(this.#context, {
      dialog,
      localSdp: this.#order.sdp,
      remoteSdp: sdpOf(response) ?? this.#earlySdp ?? '',
      digest: this.#digest,
    })
  }

  #hangUp(call: EstablishedCall): void {
    this.#reject(new InviteFailed('rejected', { status: 488, reason: 'Answer without session description' }))
    call[Symbol.asyncDispose]().then(() => this.#close(), this.#context.fault)
  }

  #cancel(transaction: ClientTransaction): void {
    const ignore = (): void => undefined
    this.#context.layer.cancel(transaction, { response: ignore, failed: ignore })
    this.#abandonTimer = setTimeout(() => transaction.abandon(), lingerMs(this.#context.layer.timings))
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
    this.#finish()
  }
}
