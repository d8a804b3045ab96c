import type { DialogRecord } from '../dialog/dialog-record.ts'
import type { IncomingRefer, ReferOrder, ReferOutcome } from './referrals.ts'

export interface CallEnd {
  readonly by: 'remote' | 'local' | 'transport'
  readonly reason: string
}

/** The other side keeps the session as it was. */
export class ReinviteRefused extends Error {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string) {
    super(`change of the session refused: ${status}`)
    this.name = 'ReinviteRefused'
    this.status = status
    this.reason = reason
  }
}

/** An established call, whichever side began it. Disposing hangs up; disposing twice is harmless. */
export interface AnsweredCall extends AsyncDisposable {
  readonly callId: string
  /** The session descriptions in force: re-INVITE changes them. */
  readonly localSdp: string
  readonly remoteSdp: string
  /** A snapshot, plain data: what any process needs to hang up this call. Take it again after each re-INVITE. */
  readonly dialog: DialogRecord
  /** Called exactly once; at once when the call is over already. */
  onEnd(listener: (end: CallEnd) => void): void
  /** Answers a changed offer; throwing refuses it with 488. Without it the answer is `localSdp` unchanged. */
  onReinvite(answer: (offerSdp: string) => string): void
  /** The other side answered an offer of ours in its ACK, after a re-INVITE without offer. */
  onRemoteAnswer(listener: (answerSdp: string) => void): void
  onInfo(listener: (info: { contentType: string; body: string }) => void): void
  /**
   * Changes the session (hold, codec, address) and resolves with the other side's answer. After a collision of both
   * sides' changes it tries again. Rejects with ReinviteRefused, or TransactionFailed when nobody answers: the call is
   * then over.
   */
  reinvite(offerSdp: string, signal: AbortSignal): Promise<string>
  /** Asks the other side to call somebody else; resolves when it is known how that went. The call itself goes on. */
  refer(order: string | ReferOrder, signal: AbortSignal): Promise<ReferOutcome>
  /** Without it every REFER is answered 603. */
  onRefer(listener: (refer: IncomingRefer) => void): void
  /** Hangs up. Resolves when BYE is answered or nobody answered it for 64·T1; aborting only ends the waiting. */
  bye(signal: AbortSignal, headers?: Record<string, string>): Promise<void>
}
