import type { TurnWords } from './languages/turn-words.ts'

/** What words over the agent's speech come to. */
export type CalleeWords =
  /** Nothing was understood yet, or nothing at all. */
  | 'none'
  /** A sound without a meaning. */
  | 'noise'
  /** They are listening; after a question, their answer. */
  | 'acknowledgement'
  | 'speech'

/** A longer run of acknowledgements says something after all. */
const mostAcknowledged = 4

/**
 * A text that is not `whole` may go on: what could still become an acknowledgement ("I" of "I see") is taken for one
 * until more has come, and one word that ends no sentence says nothing: recognizers guess it first ("for" in "right").
 */
export function kindOfWords(text: string, words: TurnWords, whole = true): CalleeWords {
  const said = wordsIn(text)
  if (said.length === 0) return 'none'
  if (said.every(word => words.noises.has(word)) && !words.acknowledgements.has(said.join(' ')))
    return 'noise'
  if (said.length > mostAcknowledged) return 'speech'
  if (isAcknowledged(said, words)) return 'acknowledgement'
  return whole ? 'speech' : kindSoFar(said, words)
}

function kindSoFar(said: readonly string[], words: TurnWords): CalleeWords {
  if (beginsOne(said, words)) return 'acknowledgement'
  return said.length === 1 && words.openEndings.has(said[0] ?? '') ? 'none' : 'speech'
}

/** All of it can be cut into acknowledgements and noises. */
function isAcknowledged(said: readonly string[], words: TurnWords): boolean {
  if (said.length === 0) return true
  return said.some((_, index) => {
    const phrase = said.slice(0, index + 1).join(' ')
    const fits = words.acknowledgements.has(phrase) || words.noises.has(phrase)
    return fits && isAcknowledged(said.slice(index + 1), words)
  })
}

function beginsOne(said: readonly string[], { acknowledgements }: TurnWords): boolean {
  const begun = `${said.join(' ')} `
  for (const phrase of acknowledgements) if (phrase.startsWith(begun)) return true
  return false
}

/** Hyphens divide: recognizers write "uh-huh" in three ways. */
function wordsIn(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}']+/gu) ?? []
  )
}
