import type { MediaStream } from '@parley/wire/rtp/media-engine'
import { readAnswer } from '@parley/wire/sdp/answer'
import type { Codec } from '@parley/wire/sdp/negotiated-media'
import { knownCodecs } from '@parley/wire/sdp/stream-codecs'
import type { AnsweredCall } from '@parley/wire/sip/user-agent'
import { infoDigit } from './info-digit.ts'
import { type Referral, referCallee } from './refer-callee.ts'
import { renegotiate } from './renegotiate.ts'
import type { Leg, LegEvent, LegStats, Speaker } from '../port.ts'

const byeDeadlineMs = 5_000

/** What a leg says of itself in its descriptions. */
export interface Speaks {
  /** Address put into SDP. */
  readonly mediaHost: string
  /** In order of preference; everything that the line knows when absent. */
  readonly codecs?: readonly Codec[]
}

/** An answered SIP call: a dialog and the RTP stream it negotiated, owned together. */
export class SipLeg implements Leg {
  readonly providerCallId: string
  readonly speaker: Speaker
  readonly #dialog: AnsweredCall
  readonly #stream: MediaStream
  readonly #speaks: Speaks
  /** The stream's clock at answer: it has run since the network was heard. */
  readonly #answeredAtMs: number
  readonly #early: LegEvent[] = []
  /** Keys come as RFC 4733 events: the same ones by INFO are not counted twice. */
  #hasEventKeys = false
  #hear: ((frame: Uint8Array, atMs: number) => void) | undefined
  #listener: ((event: LegEvent) => void) | undefined
  /** The network is being asked to take the callee over: that they leave now may mean that it did. */
  #referring = false
  #ended: LegEvent | undefined
  #over: Promise<void> | undefined

  constructor(
    dialog: AnsweredCall,
    stream: MediaStream,
    { answeredAtMs = 0, ...speaks }: Speaks & { answeredAtMs?: number },
  ) {
    this.#dialog = dialog
    this.#stream = stream
    this.#speaks = speaks
    this.#answeredAtMs = answeredAtMs
    this.providerCallId = dialog.callId
    this.speaker = stream
    stream.onFrame((frame, atMs) => this.#hearFrame(frame, atMs - answeredAtMs))
    stream.onDigit((digit, atMs) => {
      this.#hasEventKeys = true
      this.#emit({ type: 'digit', digit, atMs: Math.max(0, atMs - answeredAtMs) })
    })
    dialog.onInfo(info => this.#takeInfo(info))
    dialog.onReinvite(offer => this.#answerChange(offer))
    dialog.onRemoteAnswer(answer => stream.start(readAnswer(dialog.localSdp, answer)))
    stream.onMark((name, atMs, cleared) =>
      this.#emit({ type: 'mark', name, atMs: Math.max(0, atMs - answeredAtMs), cleared }),
    )
    stream.onStall(sinceMs => this.#emit({ type: 'stalled', sinceMs }))
    dialog.onEnd(end => {
      if (end.by === 'local') return
      const by = end.by === 'remote' ? 'callee' : 'line'
      this.#ended = { type: 'hung_up', by, detail: end.reason, atMs: this.positionMs }
      if (!this.#referring) this.#emit(this.#ended)
    })
  }

  /** As of now: the far end may have moved since it answered. */
  get lifeline(): string {
    return JSON.stringify(this.#dialog.dialog)
  }

  get positionMs(): number {
    return Math.max(0, this.#stream.positionMs - this.#answeredAtMs)
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener
    for (const event of this.#early.splice(0)) listener(event)
  }

  hear(sink: (frame: Uint8Array, atMs: number) => void): void {
    this.#hear = sink
  }

  tap(sink: (heard: Uint8Array, played: Uint8Array, atMs: number) => void): void {
    this.#stream.onTap((heard, played, atMs) => {
      if (atMs >= this.#answeredAtMs) sink(heard, played, atMs - this.#answeredAtMs)
    })
  }

  sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    return this.#stream.sendDigits(digits, signal)
  }

  async transfer(target: string, signal: AbortSignal): Promise<Referral> {
    const hasEnded = () => this.#ended !== undefined
    this.#referring = true
    try {
      const verdict = await referCallee({ dialog: this.#dialog, target, hasEnded }, signal)
      if (verdict === 'accepted') this.#ended = undefined
      return verdict
    } finally {
      this.#referring = false
      if (this.#ended) this.#emit(this.#ended)
    }
  }

  stats(): LegStats {
    const stats = this.#stream.stats()
    return {
      packetsSent: stats.sent,
      packetsReceived: stats.received,
      packetsLost: stats.lost,
      packetsLate: stats.late,
      jitterMs: stats.jitterMs,
      roundTripMs: stats.farReports > 0 && stats.roundTripMs > 0 ? stats.roundTripMs : null,
      maxGapMs: stats.maxGapMs,
      far: stats.farReports > 0 ? { packetsLost: stats.farLost, jitterMs: stats.farJitterMs } : null,
      oneWay: stats.oneWay,
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

  /** What it throws is answered 488, and the call goes on as it was. */
  #answerChange(offer: string): string {
    const { mediaHost, codecs = knownCodecs } = this.#speaks
    const address = { host: mediaHost, port: this.#stream.port }
    const { sdp, media } = renegotiate(offer, { localSdp: this.#dialog.localSdp, address, codecs })
    this.#stream.start(media)
    return sdp
  }

  #takeInfo(info: { contentType: string; body: string }): void {
    const digit = this.#hasEventKeys ? null : infoDigit(info)
    if (digit !== null) this.#emit({ type: 'digit', digit, atMs: this.positionMs })
  }

  /** What the network sent before the answer may come late. */
  #hearFrame(frame: Uint8Array, atMs: number): void {
    if (atMs >= 0) this.#hear?.(frame, atMs)
  }

  #emit(event: LegEvent): void {
    if (this.#listener) this.#listener(event)
    else this.#early.push(event)
  }
}
