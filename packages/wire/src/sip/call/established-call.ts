import type { Answer } from '../build-response.ts'
import type { DigestSession } from '../digest/digest-session.ts'
import { dialogKey, type DialogRecord } from '../dialog/dialog-record.ts'
import type { ReceivedRequest } from '../message.ts'
import { orAborted } from '../or-aborted.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import {
  allowed,
  dialogHeaders,
  guarded,
  refuseMethod,
  type AgentContext,
  type DialogParty,
} from './agent-context.ts'
import type { AnsweredCall, CallEnd } from './answered-call.ts'
import { Listeners } from './listeners.ts'
import { LiveDialog } from './live-dialog.ts'
import { OwnChanges } from './own-changes.ts'
import type { AnswerOutcome } from './pending-answer.ts'
import { PendingAnswers } from './pending-answers.ts'
import { Referrals, type IncomingRefer, type ReferOrder, type ReferOutcome } from './referrals.ts'
import { SessionAgreement } from './session-agreement.ts'
import { SessionClock } from './session-clock.ts'
import { agreedTimer, refuseShortSession, timerAnswerFields, type SessionTimer } from './session-timer.ts'

/** Hanging up by disposal waits no longer than this for the other side's answer; BYE itself goes on. */
const disposeWaitMs = 5_000

export interface CallStart {
  readonly dialog: DialogRecord
  readonly localSdp: string
  readonly remoteSdp: string
  readonly digest?: DigestSession | undefined
  /** Methods that the other side takes, in capitals. */
  readonly remoteAllows: readonly string[]
  readonly timer?: SessionTimer | undefined
}

/** One dialog: answers what the other side asks inside it, and hangs up (RFC 3261 §12.2, §14, §15). */
export class EstablishedCall implements AnsweredCall, DialogParty {
  readonly callId: string
  readonly #context: AgentContext
  readonly #key: string
  readonly #pending: PendingAnswers
  readonly #ends: Listeners<CallEnd>
  readonly #infos: Listeners<{ contentType: string; body: string }>
  readonly #remoteAnswers: Listeners<string>
  readonly #session: SessionAgreement
  readonly #clock: SessionClock
  readonly #referrals: Referrals
  readonly #dialog: LiveDialog
  readonly #changes: OwnChanges
  /** Resolves when our first 2xx is acknowledged, or given up; at once where we were the caller. */
  #confirmed: Promise<unknown> = Promise.resolve()
  #end: CallEnd | undefined
  #bye: Promise<void> | undefined

  constructor(context: AgentContext, start: CallStart) {
    const { callId, localTag, remoteTag } = start.dialog
    this.callId = callId
    this.#context = context
    this.#pending = new PendingAnswers(context.layer.timings)
    this.#ends = new Listeners(context.fault)
    this.#infos = new Listeners(context.fault)
    this.#remoteAnswers = new Listeners(context.fault)
    this.#dialog = new LiveDialog(context, start.dialog, start.digest)
    this.#referrals = new Referrals(context, this.#dialog)
    this.#clock = new SessionClock({
      refresh: () => void this.#changes.refresh(this.#session.local).catch(context.fault),
      expire: () => this.#fallApart('session was not refreshed'),
    })
    this.#changes = new OwnChanges({
      context,
      dialog: this.#dialog,
      clock: this.#clock,
      remoteAllows: start.remoteAllows,
      isOver: () => this.#end !== undefined,
      fallApart: reason => this.#fallApart(reason),
    })
    this.#clock.restart(start.timer)
    this.#session = new SessionAgreement(context, start)
    this.#key = dialogKey(callId, localTag, remoteTag)
    context.dialogs.set(this.#key, this)
  }

  get dialog(): DialogRecord {
    return this.#dialog.record
  }

  get localSdp(): string {
    return this.#session.local
  }

  get remoteSdp(): string {
    return this.#session.remote
  }

  onEnd(listener: (end: CallEnd) => void): void {
    const end = this.#end
    if (end) guarded(this.#context, () => listener(end))
    else this.#ends.add(listener)
  }

  onReinvite(answer: (offerSdp: string) => string): void {
    this.#session.answerOffersBy(answer)
  }

  onRemoteAnswer(listener: (answerSdp: string) => void): void {
    this.#remoteAnswers.add(listener)
  }

  onInfo(listener: (info: { contentType: string; body: string }) => void): void {
    this.#infos.add(listener)
  }

  /** Picks up: sends the 2xx of the first INVITE. */
  pickUp(transaction: ServerTransaction): Promise<AnswerOutcome> {
    const answer = this.#session.describe()
    const headers = [...(answer.headers ?? []), ...timerAnswerFields(this.#clock.timer)]
    const outcome = this.#pending.send(transaction, { ...answer, headers })
    this.#confirmed = outcome
    return outcome
  }

  acknowledged(sequence: number, sdp: string | undefined): void {
    if (!this.#pending.acknowledge(sequence) || sdp === undefined) return
    this.#session.takeAnswer(sdp)
    this.#remoteAnswers.tell(sdp)
  }

  onRefer(listener: (refer: IncomingRefer) => void): void {
    this.#referrals.onRefer(listener)
  }

  refer(order: string | ReferOrder, signal: AbortSignal): Promise<ReferOutcome> {
    if (this.#end) return Promise.reject(new Error('the call is over'))
    return this.#referrals.refer(typeof order === 'string' ? { target: order } : order, signal)
  }

  async reinvite(sdp: string, signal: AbortSignal): Promise<string> {
    const remote = await this.#changes.offer(sdp, signal)
    this.#session.agree(sdp, remote)
    return remote
  }

  request(transaction: ServerTransaction): void {
    const { method } = transaction.request
    if (this.#end) return this.#afterEnd(transaction)
    if (!this.#dialog.follows(transaction.request)) return transaction.respond({ status: 500 })
    switch (method) {
      case 'BYE':
        transaction.respond({ status: 200 })
        return this.#finish({ by: 'remote', reason: reasonOf(transaction.request) })
      case 'INVITE':
        return this.#reinvite(transaction)
      case 'UPDATE':
        return this.#update(transaction)
      case 'INFO':
        return this.#info(transaction)
      case 'REFER':
        return this.#referrals.request(transaction)
      case 'NOTIFY':
        return this.#referrals.notified(transaction)
      case 'OPTIONS':
        return transaction.respond({ status: 200, headers: [['Allow', allowed]] })
      default:
        return refuseMethod(transaction)
    }
  }

  bye(signal: AbortSignal, headers: Record<string, string> = {}): Promise<void> {
    this.#bye ??= this.#end ? Promise.resolve() : this.#hangUp({ by: 'local', reason: 'BYE' }, headers)
    return orAborted(this.#bye, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason
    })
  }

  /** Ends a call whose 2xx nobody acknowledged: RFC 3261 §13.3.1.4 asks for BYE. */
  unacknowledged(): void {
    this.#fallApart('answer was never acknowledged')
  }

  #fallApart(reason: string): void {
    this.#bye ??= this.#hangUp({ by: 'transport', reason }, {})
  }

  abandon(): void {
    this.#finish({ by: 'local', reason: 'the SIP user agent closed' })
  }

  hangUp(): Promise<void> {
    return this[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bye(AbortSignal.timeout(disposeWaitMs))
  }

  /** Both sides may hang up at once: their BYE is as good as ours. */
  #afterEnd(transaction: ServerTransaction): void {
    const isBye = transaction.request.method === 'BYE'
    transaction.respond({ status: isBye ? 200 : 481 })
    if (isBye) this.#close()
  }

  async #hangUp(end: CallEnd, headers: Record<string, string>): Promise<void> {
    this.#tellEnd(end)
    // RFC 3261 §15: the callee may not send BYE before the ACK of the 2xx that made the call.
    await this.#confirmed
    this.#pending.end()
    if (!this.#context.dialogs.has(this.#key)) return
    const content = { headers: Object.entries(headers) }
    await this.#dialog.ask('BYE', content, new AbortController().signal).catch(this.#context.fault)
    this.#close()
  }

  #reinvite(transaction: ServerTransaction): void {
    const answer = this.#change(transaction.request)
    if (answer.status !== 200) return transaction.respond(answer)
    this.#pending.send(transaction, answer).then(outcome => {
      if (outcome === 'unacknowledged') this.unacknowledged()
    }, this.#context.fault)
  }

  /** RFC 3311 §5.2: as re-INVITE, but answered at once and without ACK; without a body it only keeps the session. */
  #update(transaction: ServerTransaction): void {
    const answer = this.#change(transaction.request)
    if (answer.status !== 200 || transaction.request.body.length > 0) return transaction.respond(answer)
    const headers = [
      ...dialogHeaders(this.#context, this.dialog.localTarget),
      ...timerAnswerFields(this.#clock.timer),
    ]
    transaction.respond({ status: 200, headers })
  }

  #change(request: ReceivedRequest): Answer {
    // RFC 3261 §14.2 and RFC 3311 §5.2: our own change comes first, or theirs must wait for the ACK of ours.
    const changes = request.method === 'INVITE' || request.body.length > 0
    if (changes && (this.#changes.busy || this.#pending.any)) return { status: 491 }
    const short = refuseShortSession(request, this.#context.session)
    if (short) return short
    const answer = this.#session.answerTo(request)
    if (answer.status !== 200) return answer
    this.#dialog.retarget(request)
    this.#clock.restart(agreedTimer(request, this.#context.session))
    return { ...answer, headers: [...(answer.headers ?? []), ...timerAnswerFields(this.#clock.timer)] }
  }

  #info(transaction: ServerTransaction): void {
    transaction.respond({ status: 200 })
    const { headers, body } = transaction.request
    const info = { contentType: headers.get('Content-Type') ?? '', body: body.toString('utf8') }
    this.#infos.tell(info)
  }

  #finish(end: CallEnd): void {
    this.#tellEnd(end)
    this.#close()
  }

  /** From here on what comes for this dialog is answered 481. */
  #close(): void {
    this.#pending.end()
    this.#context.dialogs.delete(this.#key)
  }

  #tellEnd(end: CallEnd): void {
    if (this.#end) return
    this.#end = end
    this.#clock.stop()
    this.#referrals.end()
    this.#ends.tell(end)
  }
}

/** RFC 3326: why the other side hung up, in its own words where it gave any. */
function reasonOf(bye: ReceivedRequest): string {
  return bye.headers.get('Reason') ?? 'BYE'
}
