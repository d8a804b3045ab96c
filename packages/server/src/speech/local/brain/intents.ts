import { type Intent, phrases } from './phrases.ts'

/**
 * Finds what somebody means by comparing words with the known phrases, weighted by how telling each
 * word is (tf-idf). A sentence may mean several things ("yes, thank you, bye"). What resembles nothing
 * means nothing: better to ask again than to take a stranger's words for a yes.
 */

/** Cosine similarity that a whole sentence needs when it contains no known phrase. */
const resemblance = 0.62

interface Phrase {
  readonly intent: Intent
  readonly words: readonly string[]
}

const known: readonly Phrase[] = Object.entries(phrases).flatMap(([intent, list]) =>
  list.map(text => ({ intent: intent as Intent, words: text.split(' ') })),
)
const weights = weigh(known)
const unknownWeight = Math.log(1 + known.length)

/** The meanings of a sentence, most telling first; empty when it resembles nothing known. */
export function intentsOf(sentence: string): readonly Intent[] {
  const words = wordsOf(sentence)
  const contained = longestFirst(known.filter(phrase => contains(words, phrase.words)))
  const covered = new Set<number>()
  const found = new Map<Intent, number>()
  for (const phrase of contained) {
    const at = freshPosition(words, { phrase: phrase.words, covered })
    if (at < 0) continue
    phrase.words.forEach((_, index) => covered.add(at + index))
    found.set(phrase.intent, Math.max(found.get(phrase.intent) ?? 0, weightOf(phrase.words)))
  }
  if (found.size > 0) return [...found].toSorted((a, b) => b[1] - a[1]).map(([intent]) => intent)
  const nearest = nearestPhrase(words)
  return nearest && nearest.similarity >= resemblance ? [nearest.phrase.intent] : []
}

/** Lower case words; apostrophes stay, since they tell "can" from "can't". */
export function wordsOf(sentence: string): string[] {
  return (
    sentence
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[a-z0-9]+(?:'[a-z]+)?/g) ?? []
  )
}

function weigh(list: readonly Phrase[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { words } of list)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return new Map([...counts].map(([word, count]) => [word, Math.log(1 + list.length / count)]))
}

function weightOf(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + (weights.get(word) ?? unknownWeight), 0)
}

function longestFirst(list: readonly Phrase[]): Phrase[] {
  return list.toSorted((a, b) => b.words.length - a.words.length)
}

function contains(words: readonly string[], phrase: readonly string[]): boolean {
  return freshPosition(words, { phrase, covered: new Set() }) >= 0
}

/** Where the phrase stands in the sentence on words that no longer phrase has used; -1: nowhere. */
function freshPosition(
  words: readonly string[],
  { phrase, covered }: { phrase: readonly string[]; covered: ReadonlySet<number> },
): number {
  return words.findIndex((_, start) =>
    phrase.every((word, index) => words[start + index] === word && !covered.has(start + index)),
  )
}

function nearestPhrase(words: readonly string[]): { phrase: Phrase; similarity: number } | undefined {
  const sentenceNorm = norm(words)
  let best: { phrase: Phrase; similarity: number } | undefined
  for (const phrase of known) {
    const common = phrase.words.filter(word => words.includes(word))
    const dot = common.reduce((sum, word) => sum + (weights.get(word) ?? 0) ** 2, 0)
    const similarity = dot / (sentenceNorm * norm(phrase.words) || 1)
    if (!best || similarity > best.similarity) best = { phrase, similarity }
  }
  return best
}

function norm(words: readonly string[]): number {
  return Math.sqrt(words.reduce((sum, word) => sum + (weights.get(word) ?? unknownWeight) ** 2, 0))
}
