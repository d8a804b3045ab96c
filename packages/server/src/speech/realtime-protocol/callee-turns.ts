import type { VoiceEvent } from '../port.ts'

/** The transcript of a turn normally follows its end within a second; past this the words are given up. */
const TRANSCRIPT_PATIENCE_MS = 8_000

interface CalleeTurn {
  startMs: number
  endMs: number
  text: string
  overdue: NodeJS.Timeout | undefined
}

/** The callee's turns, one input item each: partial texts grow, and every turn gets exactly one final. */
export class CalleeTurns {
  readonly #turns = new Map<string, CalleeTurn>()
  readonly #emit: (event: VoiceEvent) => void

  constructor(emit: (event: VoiceEvent) => void) {
    this.#emit = emit
  }

  started(itemId: string, atMs: number): void {
    const turn = this.#turns.get(itemId)
    clearTimeout(turn?.overdue)
    if (!turn) this.#turns.set(itemId, { startMs: atMs, endMs: atMs, text: '', overdue: undefined })
  }

  stopped(itemId: string, atMs: number): void {
    const turn = this.#turns.get(itemId)
    if (!turn) return
    turn.endMs = atMs
    clearTimeout(turn.overdue)
    turn.overdue = setTimeout(() => this.finished(itemId, turn.text), TRANSCRIPT_PATIENCE_MS)
  }

  /** More words came, behind those known. */
  grew(itemId: string, text: string): void {
    this.became(itemId, (this.#turns.get(itemId)?.text ?? '') + text)
  }

  /** All words so far, in place of those known. */
  became(itemId: string, text: string): void {
    const turn = this.#turns.get(itemId)
    if (!turn) return
    turn.text = text
    if (text.trim() !== '') this.#tell(itemId, turn, false)
  }

  finished(itemId: string, text: string): void {
    const turn = this.#turns.get(itemId)
    if (!turn) return
    clearTimeout(turn.overdue)
    this.#turns.delete(itemId)
    turn.text = text
    this.#tell(itemId, turn, true)
  }

  clear(): void {
    for (const turn of this.#turns.values()) clearTimeout(turn.overdue)
    this.#turns.clear()
  }

  #tell(turnId: string, { text, startMs, endMs }: CalleeTurn, final: boolean): void {
    this.#emit({ type: 'heard', turnId, text: text.trim(), final, startMs, endMs })
  }
}
