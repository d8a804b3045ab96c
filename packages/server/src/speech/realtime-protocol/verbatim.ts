/** More than this share of the words changed, added or left out: the model went its own way. */
const TOLERATED = 0.2

/**
 * Whether what a model was told to speak is what its transcript says. Spelling of numbers, case and
 * punctuation may differ: a transcript writes "three p.m." where the text had "3:00 PM".
 */
export function isVerbatim(wanted: string, spoken: string): boolean {
  const left = wordsOf(wanted)
  const right = wordsOf(spoken)
  return distance(left, right) <= Math.max(left.length, right.length) * TOLERATED
}

function wordsOf(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f'’]/gu, '')
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Levenshtein distance, counted in words. */
function distance(left: readonly string[], right: readonly string[]): number {
  let previous = right.map((_, index) => index + 1)
  for (const [row, word] of left.entries()) {
    const current: number[] = []
    for (const [column, other] of right.entries()) {
      const above = previous[column] ?? 0
      const before = column === 0 ? row + 1 : (current[column - 1] ?? 0)
      const diagonal = column === 0 ? row : (previous[column - 1] ?? 0)
      current.push(Math.min(above + 1, before + 1, diagonal + (word === other ? 0 : 1)))
    }
    previous = current
  }
  return right.length === 0 ? left.length : (previous.at(-1) ?? 0)
}
