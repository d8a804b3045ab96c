import type { MediaStream } from '@parley/wire/rtp/media-engine'
import type { AnsweredCall } from '@parley/wire/sip/user-agent'
import type { Leg, LegEvent, LegStats, Speaker } from '../port.ts'

const byeDeadlineMs = 5_000

/** An answered SIP call: a dialog and the RTP stream it negotiated, owned together. */
export class SipLeg implements Leg {
  readonly providerCallId: string
  readonly lifeline: string
  readonly speaker: Speaker
  readonly #dialog: AnsweredCall
  readonly #stream: MediaStream
  readonly #early: LegEvent[] = []
  #listener: ((event: LegEvent) => void) | undefined
  #over: Promise<void> | undefined

  constructor(dialog: AnsweredCall, stream: MediaStream) {
    this.#dialog = dialog
    this.#stream = stream
    this.providerCallId = dialog.callId
    this.lifeline = JSON.stringify(dialog.dialog)
    this.speaker = stream
    stream.onDigit((digit, atMs) => this.#emit({ type: 'digit', digit, atMs }))
    stream.onMark((name, atMs, cleared) => this.#emit({ type: 'mark', name, atMs, cleared }))
    stream.onStall(sinceMs => this.#emit({ type: 'stalled', sinceMs }))
    dialog.onEnd(end => {
      if (end.by === 'local') return
      const by = end.by === 'remote' ? 'callee' : 'line'
      this.#emit({ type: 'hung_up', by, detail: end.reason, atMs: stream.positionMs })
    })
  }

  get positionMs(): number {
    return this.#stream.positionMs
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener
    for (const event of this.#early.splice(0)) listener(event)
  }

  hear(sink: (frame: Uint8Array, atMs: number) => void): void {
    this.#stream.onFrame(sink)
  }

  tap(sink: (heard: Uint8Array, played: Uint8Array, atMs: number) => void): void {
    this.#stream.onTap(sink)
  }

  sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    return this.#stream.sendDigits(digits, signal)
  }

  stats(): LegStats {
    const { sent, received, lost, late, jitterMs, roundTripMs, maxGapMs } = this.#stream.stats()
    return {
      packetsSent: sent,
      packetsReceived: received,
      packetsLost: lost,
      packetsLate: late,
      jitterMs,
      roundTripMs: roundTripMs ?? null,
      maxGapMs,
    }
  }

  /** Sends BYE and stops the audio; a far end that does not confirm is given up after 5 s. */
  hangUp(): Promise<void> {
    this.#over ??= this.#end()
    return this.#over
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp()
  }

  async #end(): Promise<void> {
    this.#stream.clear()
    try {
      await this.#dialog.bye(AbortSignal.timeout(byeDeadlineMs))
    } finally {
      await this.#stream[Symbol.asyncDispose]()
    }
  }

  #emit(event: LegEvent): void {
    if (this.#listener) this.#listener(event)
    else this.#early.push(event)
  }
}
