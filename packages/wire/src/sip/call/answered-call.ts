import type { DialogRecord } from '../dialog/dialog-record.ts'

export interface CallEnd {
  readonly by: 'remote' | 'local' | 'transport'
  readonly reason: string
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
  /** Hangs up. Resolves when BYE is answered or nobody answered it for 64·T1; aborting only ends the waiting. */
  bye(signal: AbortSignal, headers?: Record<string, string>): Promise<void>
}
