import { isVoiced } from '../../packages/rehearsal/src/person/receiver-meter.ts'

const frameMs = 20
/** A sound of the agent that is over for so long has come to its end. */
const pauseMs = 700
/** Whoever hears nothing for so long hangs up. */
const patienceMs = 15_000

export type CalleeAct = { readonly type: 'say'; readonly sentence: number } | { readonly type: 'hang_up' }

/** Milliseconds of the callee's own receiver, from the answer on. */
export interface CalleeNotes {
  /** The longest time without a sound of the agent while one was owed. */
  readonly worstSilenceMs: number
  /** And when it began. */
  readonly worstFromMs: number
  readonly said: number
  /** Nobody spoke to the callee any more, who therefore hung up. */
  readonly gaveUp: boolean
}

/**
 * Somebody who answers each thing the agent says with the next sentence, and hangs up after the last answer. Pure:
 * fed with each frame that arrives. What is no answer, such as words that only fill a wait, is waited on after.
 */
export class Callee {
  readonly #sentencesMs: readonly number[]
  readonly #wasAnswered: () => boolean
  #nowMs = 0
  #speakingUntilMs: number | null = null
  #sounding: { lastMs: number } | null = null
  /** Since when the agent owes a sound; at first from the answer on. */
  #owedFromMs: number | null = 0
  #said = 0
  #worst = { ms: 0, fromMs: 0 }
  #gaveUp = false
  #over = false

  /** How often the agent has begun to speak. */
  agentTurns = 0

  /** How long each sentence takes, and whether what the agent said last is an answer. */
  constructor(sentencesMs: readonly number[], wasAnswered: () => boolean) {
    this.#sentencesMs = sentencesMs
    this.#wasAnswered = wasAnswered
  }

  /** One frame of what the callee hears. */
  hears(frame: Uint8Array): CalleeAct | null {
    if (this.#over) return null
    this.#nowMs += frameMs
    if (this.#speakingUntilMs !== null && this.#nowMs >= this.#speakingUntilMs) {
      this.#speakingUntilMs = null
      this.#owedFromMs = this.#nowMs
      this.#sounding = null
    }
    return isVoiced(frame) ? this.#hearsVoice() : this.#hearsNothing()
  }

  ended(): CalleeNotes {
    if (!this.#over) this.#note()
    this.#over = true
    const { ms, fromMs } = this.#worst
    return { worstSilenceMs: ms, worstFromMs: fromMs, said: this.#said, gaveUp: this.#gaveUp }
  }

  #hearsVoice(): null {
    if (this.#speakingUntilMs !== null) return null
    this.#note()
    this.#owedFromMs = null
    if (!this.#sounding) this.agentTurns += 1
    this.#sounding = { lastMs: this.#nowMs }
    return null
  }

  #hearsNothing(): CalleeAct | null {
    const sounding = this.#sounding
    if (sounding && this.#nowMs - sounding.lastMs >= pauseMs) {
      this.#sounding = null
      if (this.#wasAnswered()) return this.#answers()
      this.#owedFromMs = sounding.lastMs
    }
    if (this.#owedFromMs !== null && this.#nowMs - this.#owedFromMs > patienceMs) {
      this.#gaveUp = true
      return this.#hangsUp()
    }
    return null
  }

  #answers(): CalleeAct {
    const lastsMs = this.#sentencesMs[this.#said]
    if (lastsMs === undefined) return this.#hangsUp()
    this.#speakingUntilMs = this.#nowMs + lastsMs
    return { type: 'say', sentence: this.#said++ }
  }

  #hangsUp(): CalleeAct {
    this.#note()
    this.#over = true
    return { type: 'hang_up' }
  }

  #note(): void {
    if (this.#owedFromMs === null) return
    const ms = this.#nowMs - this.#owedFromMs
    if (ms > this.#worst.ms) this.#worst = { ms, fromMs: this.#owedFromMs }
  }
}
