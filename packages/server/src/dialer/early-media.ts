import { decodeMulaw } from '@parley/wire/audio/g711'
import { LineToneDetector } from '@parley/wire/audio/line-tones'
import { SoundGate } from '@parley/wire/audio/sound-gate'
import {
  type EarlyEvent,
  type EarlyMedia as Heard,
  type EarlyVerdict,
  judgeEarly,
  nothingEarly,
} from '../conversation/answering/early-media.ts'
import { hasFastBusy } from '../conversation/answering/line-signals.ts'
import { unconnected } from '../conversation/answering/unconnected.ts'
import type { CallPlan } from '../domain/call-plan.ts'
import { type Outcome, unreached } from '../domain/outcome.ts'
import type { NetworkEar, NetworkEars } from '../speech/port.ts'
import type { Leg } from '../telephony/port.ts'

/** The network has said, in tones or words, that it connects to nobody. */
export class NetworkSaidNo extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super(outcome.errorMessage ?? 'the network does not connect the call')
    this.name = 'NetworkSaidNo'
    this.outcome = outcome
  }
}

/**
 * Listens to the network while a phone should ring: busy tones, announcements and mailboxes that speak before the
 * call is answered end the attempt, which otherwise would ring into the void for its whole time.
 */
export class EarlyMedia implements AsyncDisposable {
  readonly #plan: CallPlan
  readonly #ears: NetworkEars
  readonly #over = new AbortController()
  readonly #refused = new AbortController()
  readonly #samples = new Int16Array(160)
  readonly #tones = new LineToneDetector((frequencyHz, fromMs, toMs) =>
    this.#judge({ type: 'tone', tone: { frequencyHz, fromMs, toMs } }),
  )
  readonly #gate = new SoundGate(type => {
    if (type === 'started') this.#ear ??= this.#openEar()
  })
  #heard: Heard = nothingEarly
  #verdict: EarlyVerdict | null = null
  #ear: Promise<NetworkEar | null> | undefined
  #openedEar: NetworkEar | null = null

  constructor(plan: CallPlan, ears: NetworkEars) {
    this.#plan = plan
    this.#ears = ears
  }

  /** A mailbox has spoken, and its message is to be left. */
  get mailboxHeard(): boolean {
    return this.#verdict === 'mailbox'
  }

  /** For `DialRequest.hearEarly`. */
  readonly hear = (frame: Uint8Array, atMs: number): void => {
    if (this.#verdict !== null) return
    decodeMulaw(frame, this.#samples)
    this.#tones.push(this.#samples, atMs)
    this.#gate.push(this.#samples, atMs)
    this.#openedEar?.hear(frame, atMs)
  }

  /** Dials until somebody answers; rejects with NetworkSaidNo when the network does instead. */
  async during(dial: (signal: AbortSignal) => Promise<Leg>, signal: AbortSignal): Promise<Leg> {
    try {
      return await dial(AbortSignal.any([signal, this.#refused.signal]))
    } catch (error) {
      if (this.#refused.signal.aborted && this.#verdict !== null)
        throw new NetworkSaidNo(outcomeOf(this.#verdict))
      throw error
    } finally {
      this.#over.abort()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    const ear = await this.#ear
    await ear?.[Symbol.asyncDispose]()
  }

  #judge(event: EarlyEvent): void {
    if (this.#verdict !== null || this.#over.signal.aborted) return
    const awaitsMailbox = this.#plan.voicemail?.action === 'leave_message'
    const terms = { fastBusy: hasFastBusy(this.#plan.to), awaitsMailbox }
    const [heard, verdict] = judgeEarly(this.#heard, event, terms)
    this.#heard = heard
    if (verdict === null || (verdict === 'mailbox' && this.#plan.voicemail?.action === 'ignore')) return
    this.#verdict = verdict
    if (verdict !== 'mailbox' || !awaitsMailbox) this.#refused.abort()
  }

  /** Only where there is something to hear: most phones ring in silence. Without an ear, tones are heard all the same. */
  async #openEar(): Promise<NetworkEar | null> {
    const session = {
      language: this.#plan.language,
      onWords: (text: string, durationMs: number) => this.#judge({ type: 'words', text, durationMs }),
    }
    this.#openedEar = await this.#ears.open(session, this.#over.signal).catch(() => null)
    return this.#openedEar
  }
}

function outcomeOf(verdict: EarlyVerdict): Outcome {
  if (verdict !== 'mailbox') return unconnected(verdict)
  const outcome = unreached('no-answer', 'A mailbox spoke before the call was answered')
  return { ...outcome, endReason: 'voicemail', answeredBy: 'voicemail' }
}
