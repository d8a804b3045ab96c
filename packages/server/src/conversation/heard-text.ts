/** Words of a reply, spoken from `offsetMs` of its audio on. */
export interface Piece {
  readonly text: string
  readonly offsetMs: number
}

/** Speech is rarely faster than this; keeps a cut from claiming words whose audio is still being made. */
const minMsPerLetter = 55

/**
 * The words of a reply that were heard when its audio stopped after `playedMs`. Inside a piece they are
 * taken by proportion and cut before the word that was being spoken: what is claimed was heard.
 * `audioMs` is the length of the reply's audio so far, `complete` whether that is all of it.
 */
export function heardText(
  pieces: readonly Piece[],
  played: { readonly playedMs: number; readonly audioMs: number; readonly complete: boolean },
): string {
  let text = ''
  for (const [index, piece] of pieces.entries()) {
    const endMs = pieces[index + 1]?.offsetMs ?? endOfLast(piece, played)
    if (played.playedMs >= endMs) text += piece.text
    else {
      text += startOf(piece.text, (played.playedMs - piece.offsetMs) / (endMs - piece.offsetMs))
      break
    }
  }
  return text.trim()
}

/** Synthesizers tell their clauses without the space between them, models tell every letter of theirs. */
const clauseEnd = /[,;:!?…]$/u
const sentenceEnd = /\.$/u

/** Adds a piece, with the space before it that was lost between two clauses. */
export function withPiece(pieces: readonly Piece[], { text, offsetMs }: Piece): readonly Piece[] {
  const before = pieces.at(-1)?.text ?? ''
  const glued =
    (clauseEnd.test(before) && /^\p{L}/u.test(text)) || (sentenceEnd.test(before) && /^\p{Lu}/u.test(text))
  return [...pieces, { text: glued ? ` ${text}` : text, offsetMs }]
}

export function wholeText(pieces: readonly Piece[]): string {
  return pieces
    .map(piece => piece.text)
    .join('')
    .trim()
}

function endOfLast(piece: Piece, played: { readonly audioMs: number; readonly complete: boolean }): number {
  if (played.complete) return played.audioMs
  return Math.max(played.audioMs, piece.offsetMs + piece.text.length * minMsPerLetter)
}

function startOf(text: string, share: number): string {
  if (share <= 0) return ''
  const letters = text.length * share
  let kept = ''
  for (const word of text.match(/\s*\S+/gu) ?? []) {
    if (kept.length + word.length > letters) break
    kept += word
  }
  return kept
}
