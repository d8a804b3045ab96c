/**
 * Cuts a model's text into pieces that can be spoken while the rest is still being written. A piece ends
 * with its sentence; the first one may end at a comma, so that the first sound comes early. Every
 * character is kept: the pieces put together are the text.
 */

/** Shorter openings than this sound chopped when spoken alone. */
const SHORTEST_OPENING = 18

/** A full stop after these does not end a sentence. */
const ABBREVIATIONS = /(?:^|\s)(?:dr|mr|mrs|ms|st|no|vs|prof|sr|jr|approx|[a-z])\.$/iu

const SENTENCE_END = /[.!?…]["')\]]*\s+|[。！？]|\n+/gu
const CLAUSE_END = /[,;:–—]\s+/gu

/** The pieces that are ready to be spoken, and what has to wait for more text. */
export function cutClauses(text: string, opening: boolean): { ready: string[]; rest: string } {
  const ready: string[] = []
  let rest = text
  for (;;) {
    const end = sentenceEnd(rest) ?? (opening && ready.length === 0 ? clauseEnd(rest) : null)
    if (end === null) return { ready, rest }
    ready.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
}

function sentenceEnd(text: string): number | null {
  for (const match of text.matchAll(SENTENCE_END)) {
    const upToMark = text.slice(0, match.index + 1)
    if (ABBREVIATIONS.test(upToMark)) continue
    if (upToMark.trim() !== '') return match.index + match[0].length
  }
  return null
}

function clauseEnd(text: string): number | null {
  for (const match of text.matchAll(CLAUSE_END)) {
    if (match.index >= SHORTEST_OPENING) return match.index + match[0].length
  }
  return null
}
