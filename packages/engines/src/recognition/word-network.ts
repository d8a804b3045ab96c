/**
 * A word network for the decoder: which words may follow which, and how likely. It is a bigram model
 * with back-off (Witten and Bell 1991) written as a finite-state graph: a state is the last word; where
 * a pair was never heard, a jump forgets that word, at a price. Remembering two words recognizes no
 * better here, and costs three times the processor and memory.
 */
export interface WordNetwork {
  readonly states: number
  readonly start: number
  readonly end: number
  readonly arcs: readonly Arc[]
  readonly jumps: readonly Jump[]
}

export interface Arc {
  readonly from: number
  readonly to: number
  readonly word: string
  readonly probability: number
}

export interface Jump {
  readonly from: number
  readonly to: number
  readonly probability: number
}

/** A training sentence, and how often it counts. */
export interface Sentence {
  readonly words: readonly string[]
  readonly weight: number
}

/** How often each word, or the end, followed. */
interface Followers {
  readonly counts: Map<string, number>
  total: number
}

const START = '<s>'
const END = '</s>'
/** The state that remembers no word. */
const ANY = ''

export function buildNetwork(sentences: Iterable<Sentence>): WordNetwork {
  const histories = countFollowers(sentences)
  const ids = new Map([...histories.keys()].map((history, index) => [history, index]))
  const any = histories.get(ANY) ?? { counts: new Map<string, number>(), total: 0 }
  const end = ids.size
  const arcs: Arc[] = []
  const jumps: Jump[] = []
  for (const [history, followers] of histories) {
    const from = ids.get(history) ?? end
    const forgetting = history === ANY ? 0 : followers.counts.size / spreadOf(followers)
    for (const [word, count] of followers.counts) {
      const to = ids.get(word)
      if (to !== undefined) arcs.push({ from, to, word, probability: count / spreadOf(followers) })
    }
    // The decoder follows one jump at a time: the way to the end by forgetting needs a jump of its own.
    const ending = likelihoodOf(followers, END) + forgetting * likelihoodOf(any, END)
    if (ending > 0) jumps.push({ from, to: end, probability: ending })
    if (forgetting > 0) jumps.push({ from, to: ids.get(ANY) ?? end, probability: forgetting })
  }
  return { states: ids.size + 1, start: ids.get(START) ?? end, end, arcs, jumps }
}

/** Any of these, any number of times, at no price. */
export function freeLoop(words: readonly string[]): WordNetwork {
  const arcs = words.map(word => ({ from: 0, to: 0, word, probability: 1 }))
  return { states: 2, start: 0, end: 1, arcs, jumps: [{ from: 0, to: 1, probability: 1 }] }
}

function countFollowers(sentences: Iterable<Sentence>): Map<string, Followers> {
  const histories = new Map<string, Followers>()
  const count = (history: string, word: string, weight: number) => {
    const followers = histories.get(history) ?? { counts: new Map<string, number>(), total: 0 }
    followers.counts.set(word, (followers.counts.get(word) ?? 0) + weight)
    followers.total += weight
    histories.set(history, followers)
  }
  for (const { words, weight } of sentences) {
    let last = START
    for (const word of [...words, END]) {
      count(last, word, weight)
      count(ANY, word, weight)
      last = word
    }
  }
  return histories
}

function spreadOf({ counts, total }: Followers): number {
  return total + counts.size
}

function likelihoodOf(followers: Followers, word: string): number {
  return (followers.counts.get(word) ?? 0) / Math.max(1, spreadOf(followers))
}
