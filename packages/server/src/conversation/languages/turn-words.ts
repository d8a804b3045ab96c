/** What the words of a language tell about who has the floor. Lower case; phrases are words with single spaces. */
export interface TurnWords {
  /** Said to show that one is listening. After a question they are its answer. */
  readonly acknowledgements: ReadonlySet<string>
  /** Sounds that are no answer to anything, as recognizers write them down. */
  readonly noises: ReadonlySet<string>
  /** Nobody ends a sentence with these: more is coming. */
  readonly openEndings: ReadonlySet<string>
  /** Names of the digits, one by one. */
  readonly digits: ReadonlySet<string>
  /** Other words of which numbers are made. */
  readonly numbers: ReadonlySet<string>
  /** Names of letters where they are written as words. */
  readonly letters: ReadonlySet<string>
  /** Inside an e-mail address: nothing ends on these. */
  readonly joiners: ReadonlySet<string>
  /** What is dictated is announced with these: an answer that ends on one has not begun. */
  readonly announcements: readonly string[]
}

export function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/u))
}

/** Phrases, divided by commas. */
export function phrasesOf(text: string): readonly string[] {
  return text.split(',').map(phrase => phrase.trim().replaceAll(/\s+/gu, ' '))
}
