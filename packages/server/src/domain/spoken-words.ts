/** What is looked for in a transcript: one word, or several in a row. */
export interface SpokenWords {
  readonly text: string
  /** `start`: words that begin so count, too. */
  readonly match: 'whole' | 'start'
}

/**
 * A search as people write it: each word by its beginning, "what stands in quotes" as it is. A quotation mark that
 * is never closed quotes the rest.
 */
export function spokenWords(query: string): SpokenWords[] {
  return Array.from(query.matchAll(/"([^"]*)"?|[^\s"]+/g), ([part, quoted]): SpokenWords => {
    return quoted === undefined ? { text: part, match: 'start' } : { text: quoted, match: 'whole' }
  }).filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
}
