/** Speech is about so fast: tells how far a piece of text was spoken whose end is not known. */
const MS_PER_LETTER = 65
const BYTES_PER_MS = 8

/**
 * Follows how far a text was spoken, so that another voice can go on at a word's beginning. Words are told
 * with the audio they begin in; when the audio breaks off, the last ones told may not have been spoken.
 */
export class UnspokenText {
  #sent = ''
  /** Letters of `#sent` that were told, and those told before the newest piece. */
  #told = 0
  #toldBefore = 0
  #audioMs = 0
  #pieceFromMs = 0

  get begun(): boolean {
    return this.#audioMs > 0
  }

  sent(text: string): void {
    this.#sent += text
  }

  spoken({ audio, text, atMs }: { audio: Uint8Array; text: string; atMs?: number }): void {
    if (text !== '') {
      this.#toldBefore = this.#told
      this.#told = Math.min(this.#sent.length, this.#told + text.length)
      this.#pieceFromMs = atMs ?? this.#audioMs
    }
    this.#audioMs += audio.length / BYTES_PER_MS
  }

  /** What is left to speak, from the beginning of a word on, and how many of its letters were told already. */
  rest(): { text: string; toldLetters: number } {
    const letters = Math.max(0, this.#audioMs - this.#pieceFromMs) / MS_PER_LETTER
    const reached = Math.min(this.#told, this.#toldBefore + Math.floor(letters))
    const from = this.#audioMs === 0 ? 0 : wordStart(this.#sent, reached)
    return { text: this.#sent.slice(from), toldLetters: Math.max(0, this.#told - from) }
  }
}

function wordStart(text: string, at: number): number {
  if (at >= text.length) return text.length
  let from = at
  while (from > 0 && !/\s/u.test(text[from - 1] ?? '')) from--
  return from
}
