/**
 * Turns text that arrives cut anywhere into pieces of whole words: the letters of a word that may still go
 * on wait for the rest of it.
 */
export class WholeWords {
  #unfinished = ''
  #sinceMs = 0

  /** The words that are whole now, and the position of the first letter among them; text is '' if there are none. */
  push(letters: string, atMs: number): { text: string; atMs: number } {
    const sinceMs = this.#unfinished === '' ? atMs : this.#sinceMs
    const known = this.#unfinished + letters
    const end = known.search(/\S*$/u)
    this.#unfinished = known.slice(end)
    // Of a word begun in this very piece the beginning is here.
    this.#sinceMs = end === 0 ? sinceMs : atMs
    return { text: known.slice(0, end), atMs: sinceMs }
  }

  /** What was waiting; nothing follows. */
  finish(): { text: string; atMs: number } {
    const text = this.#unfinished
    this.#unfinished = ''
    return { text, atMs: this.#sinceMs }
  }
}
