/**
 * Finds the words that a vendor says it speaks in the text that it was sent. What is told stays the text as it
 * was written, with its spaces and marks, however the vendor writes its words.
 */
export class SentText {
  #untold = ''

  /** Sent, and not yet told as spoken. */
  get untold(): string {
    return this.#untold
  }

  add(text: string): void {
    this.#untold += text
  }

  /** The text up to and with this word; empty where the word does not come soon. */
  upTo(word: string): string {
    const wanted = lettersOf(word)
    if (wanted === '') return ''
    const near = this.#untold.slice(0, word.length + REACH)
    let seen = ''
    for (const { 0: token, index } of near.matchAll(/\S+\s*/gu)) {
      seen += lettersOf(token)
      if (!seen.endsWith(wanted) && !lettersOf(token).startsWith(wanted)) continue
      return this.#take(index + token.length)
    }
    return ''
  }

  rest(): string {
    return this.#take(this.#untold.length)
  }

  #take(length: number): string {
    const text = this.#untold.slice(0, length)
    this.#untold = this.#untold.slice(length)
    return text
  }
}

/** A vendor may leave out a sign or two, but not a sentence. */
const REACH = 24

function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}
