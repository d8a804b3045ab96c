/**
 * Cuts text where a speaker would breathe, so that the first words can be heard while the rest is still
 * being made. Sentence ends always cut; commas only where both sides are long enough that the falling
 * pitch at a cut sounds natural.
 */
export interface Clause {
  readonly text: string
  /** Silence to leave after it. */
  readonly pauseMs: number
}

const SENTENCE_PAUSE_MS = 260
const COMMA_PAUSE_MS = 130
const LAST_PAUSE_MS = 40
const MIN_WORDS_BEFORE_COMMA = 5
/** Past this a clause is cut at a space: a bound on how long one piece of synthesis can take. */
const MAX_CHARACTERS = 220

export function splitClauses(text: string): Clause[] {
  const clauses: Clause[] = []
  for (const sentence of sentencesOf(text)) {
    const parts = partsOf(sentence)
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1
      clauses.push({ text: part, pauseMs: last ? SENTENCE_PAUSE_MS : COMMA_PAUSE_MS })
    }
  }
  const last = clauses.at(-1)
  return last ? [...clauses.slice(0, -1), { text: last.text, pauseMs: LAST_PAUSE_MS }] : []
}

/** A full stop ends a sentence where a space and no lower-case letter follow, and no title or initial stands before. */
function sentencesOf(text: string): string[] {
  return text
    .split(
      /(?<=[.!?…。！？][)"'”’]*)(?<!\b(?:Dr|Mr|Mrs|Ms|St|Prof|No|vs|[A-Z])\.)\s+(?=[^\s\p{Ll}])|\n+|(?<=[;:])\s+/u,
    )
    .map(sentence => sentence.trim())
    .filter(sentence => /[\p{L}\p{N}]/u.test(sentence))
}

function partsOf(sentence: string): string[] {
  const parts: string[] = []
  let open = ''
  for (const piece of sentence.split(/(?<=[,，、])\s*(?=\D)/u)) {
    const joined = open === '' ? piece : `${open} ${piece}`
    if (open !== '' && wordsIn(open) >= MIN_WORDS_BEFORE_COMMA && wordsIn(piece) >= 2) {
      parts.push(open)
      open = piece
    } else open = joined
  }
  return [...parts, open].flatMap(part => cutLong(part)).filter(part => /[\p{L}\p{N}]/u.test(part))
}

function cutLong(part: string): string[] {
  const pieces: string[] = []
  let rest = part
  while (rest.length > MAX_CHARACTERS) {
    const space = rest.lastIndexOf(' ', MAX_CHARACTERS)
    const end = space > 0 ? space : MAX_CHARACTERS
    pieces.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...pieces, rest]
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter(word => word !== '').length
}
