import type { VoiceEvent } from '../../port.ts'
import { CalleeTurns } from '../../realtime-protocol/callee-turns.ts'
import { SpeechPlace } from './speech-place.ts'

/** The transcript runs beside the talk: its last words may come after the model has begun to answer. */
const TRAILING_WORDS_MS = 400

/** The callee's turns, as far as Gemini lets them be known: by their words, and by what the model does. */
export class Callee {
  readonly place = new SpeechPlace()
  readonly #emit: (event: VoiceEvent) => void
  readonly #turns: CalleeTurns
  #count = 0
  #turn: { id: string; text: string; answered: boolean } | null = null
  #trailing: NodeJS.Timeout | undefined

  constructor(emit: (event: VoiceEvent) => void) {
    this.#emit = emit
    this.#turns = new CalleeTurns(emit)
  }

  /** The model noticed speech, or heard words. */
  spoke(words: string): void {
    const turn = this.#turn ?? this.#begin()
    turn.text += words
    if (words !== '') this.#turns.grew(turn.id, words)
  }

  /** The model answers: the callee's turn is over, and its last words are on their way. */
  answered(): void {
    const turn = this.#turn ?? this.#begin()
    if (turn.answered) return
    turn.answered = true
    this.#emit({ type: 'speech_stopped', atMs: this.place.endMs })
    this.#turns.stopped(turn.id, this.place.endMs)
    this.#trailing = setTimeout(() => this.#finish(), TRAILING_WORDS_MS)
  }

  /** The model's turn is over, and nothing more is said about the callee's before it. */
  settled(): void {
    if (this.#turn?.answered) this.#finish()
  }

  close(): void {
    clearTimeout(this.#trailing)
    this.#turns.clear()
  }

  #begin(): { id: string; text: string; answered: boolean } {
    this.#count += 1
    const turn = { id: `gemini-turn-${this.#count}`, text: '', answered: false }
    this.#turn = turn
    this.#turns.started(turn.id, this.place.startMs)
    this.#emit({ type: 'speech_started', atMs: this.place.startMs })
    return turn
  }

  #finish(): void {
    clearTimeout(this.#trailing)
    const turn = this.#turn
    this.#turn = null
    if (turn) this.#turns.finished(turn.id, turn.text)
  }
}
