import { dialogFromInvite, dialogKey, type DialogRecord } from '../dialog/dialog-record.ts'
import { sdpOf } from '../message.ts'
import { formatNameAddress, parseNameAddress } from '../name-address.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import type { Hop } from '../transport.ts'
import { dialogHeaders, sdpHeader, type AgentContext, type DialogParty } from './agent-context.ts'
import type { AnsweredCall } from './answered-call.ts'
import { EstablishedCall } from './established-call.ts'
import { replacedCall } from './replaced-call.ts'
import { EarlyDialog } from './early-dialog.ts'
import { ReliableRinging } from './reliable-ringing.ts'
import { agreedTimer } from './session-timer.ts'
import type { IncomingCall } from './incoming-call.ts'

/** RFC 3261 §13.3.1.1 lets proxies drop a call that rings for three minutes; so do we. */
const longestRingMs = 180_000

/** One INVITE that came in, until it is accepted, refused or cancelled (RFC 3261 §13.3). */
export class IncomingInvite implements IncomingCall {
  readonly callId: string
  readonly from: string
  readonly to: string
  readonly requestUri: string
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly sdp: string | undefined
  readonly source: Hop
  readonly replacesCallId: string | undefined
  readonly #replaced: DialogParty | undefined
  readonly #context: AgentContext
  readonly #contact: string
  readonly #transaction: ServerTransaction
  readonly #ringTimer: NodeJS.Timeout
  readonly #settled: () => void
  /** Where the caller requires that its provisional answers are not lost. */
  readonly #reliable: ReliableRinging | undefined
  #open = true

  constructor(context: AgentContext, transaction: ServerTransaction, settled: () => void) {
    const { request } = transaction
    this.callId = request.envelope.callId
    this.from = partyOf(request.headers.get('From'))
    this.to = partyOf(request.headers.get('To'))
    this.requestUri = request.uri
    this.headers = request.headers.toMap()
    this.sdp = sdpOf(request)
    this.source = transaction.source
    const replacement = replacedCall(request, context.dialogs)
    this.#replaced = replacement.type === 'call' ? replacement.party : undefined
    this.replacesCallId = replacement.type === 'call' ? replacement.callId : undefined
    this.#context = context
    this.#contact = context.contact(transaction.source, request.uri)
    this.#transaction = transaction
    this.#settled = settled
    this.#reliable = this.#ringReliably()
    this.#ringTimer = setTimeout(() => this.reject(480), longestRingMs)
    this.cancelled.addEventListener('abort', () => this.reject(487), { once: true })
  }

  get cancelled(): AbortSignal {
    return this.#transaction.cancelled
  }

  ring(status: 180 | 183 = 180, sdp?: string): void {
    if (!this.#open) return
    const answer = {
      status,
      headers: [...dialogHeaders(this.#context, this.#contact), ...(sdp === undefined ? [] : [sdpHeader])],
      ...(sdp === undefined ? {} : { body: Buffer.from(sdp, 'utf8') }),
    }
    if (this.#reliable) this.#reliable.send(answer)
    else this.#transaction.respond(answer)
  }

  async accept(sdp: string, signal?: AbortSignal): Promise<AnsweredCall> {
    signal?.throwIfAborted()
    this.cancelled.throwIfAborted()
    if (!this.#open) throw new Error('the incoming call is answered already')
    if (this.#reliable) await this.#rungReliably(this.#reliable)
    const { request } = this.#transaction
    const call = new EstablishedCall(this.#context, {
      dialog: this.#dialog(),
      localSdp: sdp,
      remoteSdp: this.sdp ?? '',
      remoteAllows: request.headers.list('Allow').map(method => method.toUpperCase()),
      timer: agreedTimer(request, this.#context.session),
    })
    this.#close()
    await this.#confirmed(call, signal)
    // RFC 3891 §3: the new call stands, the old one goes.
    this.#replaced?.hangUp().catch(this.#context.fault)
    return call
  }

  reject(status: number, reason?: string, headers: Record<string, string | readonly string[]> = {}): void {
    if (!this.#open) return
    this.#close()
    const extra = Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map(value => [name, value] as const),
    )
    this.#transaction.respond({ status, ...(reason === undefined ? {} : { reason }), headers: extra })
  }

  /** A caller whose routes cannot be read could never be reached again. */
  #dialog(): DialogRecord {
    try {
      return dialogFromInvite(this.#transaction.request, {
        tag: this.#transaction.toTag,
        contact: this.#contact,
        source: this.#transaction.source,
      })
    } catch (error) {
      this.reject(400)
      throw error
    }
  }

  /** A caller who hangs up before its ACK has heard our 2xx all the same: that call was established. */
  async #confirmed(call: EstablishedCall, signal: AbortSignal | undefined): Promise<void> {
    const hangUp = (): void => void call.bye(AbortSignal.abort())
    signal?.addEventListener('abort', hangUp, { once: true })
    try {
      const outcome = await call.pickUp(this.#transaction)
      if (outcome !== 'unacknowledged') return signal?.throwIfAborted()
      call.unacknowledged()
      throw new Error('the caller never acknowledged the answer')
    } finally {
      signal?.removeEventListener('abort', hangUp)
    }
  }

  /** RFC 3262 §3: the 2xx waits for the PRACK of what came before it. */
  async #rungReliably(ringing: ReliableRinging): Promise<void> {
    await ringing.settled
    this.cancelled.throwIfAborted()
    if (!this.#open) throw new Error('the call ended while it rang')
  }

  #ringReliably(): ReliableRinging | undefined {
    const { request, toTag } = this.#transaction
    const required = request.headers.list('Require').some(option => option.toLowerCase() === '100rel')
    if (!required) return undefined
    const { layer, dialogs } = this.#context
    const ringing = new ReliableRinging(this.#transaction, layer.timings, () => this.reject(504))
    dialogs.set(
      dialogKey(this.callId, toTag, request.envelope.fromTag ?? ''),
      new EarlyDialog(ringing, status => this.reject(status)),
    )
    return ringing
  }

  /** The early dialog ends; where the call was accepted, its established one stands in its place already. */
  #close(): void {
    this.#open = false
    this.#reliable?.stop()
    const { request, toTag } = this.#transaction
    const key = dialogKey(this.callId, toTag, request.envelope.fromTag ?? '')
    if (this.#context.dialogs.get(key) instanceof EarlyDialog) this.#context.dialogs.delete(key)
    clearTimeout(this.#ringTimer)
    this.#settled()
  }
}

function partyOf(value: string | undefined): string {
  const { uri, displayName } = parseNameAddress(value ?? '')
  return formatNameAddress(uri, displayName)
}
