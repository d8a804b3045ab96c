import type { TransferResult } from '../conversation/happening.ts'
import type { TransferWish } from '../conversation/tools/transfer-call.ts'
import type { CallPlan, TransferDestination } from '../domain/call-plan.ts'
import type { Voice } from '../speech/port.ts'
import { type Carrier, DialFailed, type Leg } from '../telephony/port.ts'
import { bridge } from './bridge.ts'
import { briefingReplyId, speakBriefing } from './briefing.ts'
import { playHoldMusic } from './hold-music.ts'
import type { StopSwitch } from './live-calls.ts'

/** Nobody is kept waiting longer for somebody who does not pick up. */
const ringTimeoutMs = 25_000
/** The network says within this time whether it takes the callee over. */
const networkPatienceMs = 30_000
/** The longest call that can be asked for; whoever forgot to hang up is cut then. */
const longestTalkMs = 240 * 60_000

/** What others must know of a second line, should this process die. Neither rejects. */
export interface SecondLine {
  answered(leg: Leg): Promise<void>
  /** It ended, or nobody could be reached: also where it never began. */
  over(): Promise<void>
}

export interface TransferParts {
  readonly plan: CallPlan
  /** The callee's. */
  readonly leg: Leg
  readonly carrier: Carrier
  readonly secondLine: SecondLine
  /** A voice for what is said on the second line. */
  readonly openVoice: (signal: AbortSignal) => Promise<Voice>
}

/**
 * Moves a callee on: by the network where it does that, else through a second line of ours which is
 * connected with the callee's. Disposing hangs the second line up, whatever it was doing.
 */
export class CallTransfer implements AsyncDisposable {
  readonly #parts: TransferParts
  readonly #given = new AbortController()
  #second: Leg | undefined
  #seeking: Promise<unknown> = Promise.resolve()

  constructor(parts: TransferParts) {
    this.#parts = parts
  }

  /** Looks for somebody who takes the callee over, who hears music meanwhile. Never rejects. */
  readonly begin = (wish: TransferWish, signal: AbortSignal): Promise<TransferResult> => {
    const either = AbortSignal.any([signal, this.#given.signal])
    const seeking = this.#seek(wish, either)
    this.#seeking = seeking
    return seeking
  }

  /** Once the agent has left: connects the two, until either hangs up or the call is stopped. */
  async untilOver(stop: StopSwitch): Promise<void> {
    if (!this.#second) return
    const stopped = new AbortController()
    stop.onStop(() => stopped.abort())
    const limit = AbortSignal.timeout(longestTalkMs)
    await bridge(this.#parts.leg, this.#second, AbortSignal.any([stopped.signal, stop.abandon.signal, limit]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#given.abort()
    await this.#seeking
    await this.#hangUpSecond()
  }

  async #hangUpSecond(): Promise<void> {
    const second = this.#second
    this.#second = undefined
    if (!second) return
    await second[Symbol.asyncDispose]()
    await this.#parts.secondLine.over()
  }

  async #seek(wish: TransferWish, signal: AbortSignal): Promise<TransferResult> {
    const { leg } = this.#parts
    const stopMusic = playHoldMusic(leg)
    try {
      if (wish.summary !== null) {
        await this.#brief(wish.to, { text: this.#briefing(wish.summary), signal })
        return { done: 'platform' }
      }
      const network = await askNetwork(leg, wish.to.to, signal)
      if (network === 'accepted') return { done: 'network' }
      if (network === 'failed') return { done: 'failed', reason: 'Nobody could be reached' }
      await this.#dial(wish.to, signal)
      return { done: 'platform' }
    } catch (error) {
      return { done: 'failed', reason: reasonOf(error) }
    } finally {
      stopMusic()
    }
  }

  #briefing(summary: string): string {
    const { transfer } = this.#parts.plan
    return `${transfer?.briefing ?? ''} ${summary}`.trim()
  }

  /** The words are made while the phone rings. Whoever hangs up on them does not want the callee. */
  async #brief(
    to: TransferDestination,
    { text, signal }: { text: string; signal: AbortSignal },
  ): Promise<void> {
    await using voice = await this.#parts.openVoice(signal)
    voice.say(briefingReplyId, text)
    const second = await this.#dial(to, signal)
    try {
      await speakBriefing(second, voice, signal)
    } catch (error) {
      await this.#hangUpSecond()
      throw error
    }
  }

  async #dial({ to }: TransferDestination, signal: AbortSignal): Promise<Leg> {
    const { carrier, plan, secondLine } = this.#parts
    const onProgress = () => undefined
    const request = { to, from: plan.from, ringTimeoutMs, correlationId: plan.callId, onProgress }
    try {
      const second = await carrier.dial(request, signal)
      this.#second = second
      await secondLine.answered(second)
      signal.throwIfAborted()
      return second
    } catch (error) {
      if (this.#second) await this.#hangUpSecond()
      else await secondLine.over()
      throw error
    }
  }
}

type NetworkAnswer = 'accepted' | 'refused' | 'failed'

/** A network that fails to answer has not taken the callee: they are still on our line. */
async function askNetwork(leg: Leg, to: string, signal: AbortSignal): Promise<NetworkAnswer> {
  if (!leg.transfer) return 'refused'
  const patience = AbortSignal.any([signal, AbortSignal.timeout(networkPatienceMs)])
  const answer = await leg.transfer(to, patience).catch((): 'refused' => 'refused')
  signal.throwIfAborted()
  return answer
}

function reasonOf(error: unknown): string {
  if (!(error instanceof DialFailed)) return 'The transfer could not be carried out'
  return `Nobody could be reached: ${error.callStatus}`
}
