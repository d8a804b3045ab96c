/** Words of a reply, said from `offsetMs` of its audio on. Pieces come in order. */
export interface SpokenPiece {
  readonly offsetMs: number
  readonly text: string
}

/**
 * The words of which the callee heard at least half, when playing stopped at `playedMs`. Letters are taken to
 * last equally long within a piece; a word may stretch over two. Claiming a word that was not heard is worse
 * than forgetting one that was: the model can say it again.
 */
export function playedWords(pieces: readonly SpokenPiece[], audioMs: number, playedMs: number): string {
  const text = pieces.map(piece => piece.text).join('')
  let heardLetters = 0
  for (const [index, piece] of pieces.entries()) {
    const endMs = pieces[index + 1]?.offsetMs ?? audioMs
    const share = (playedMs - piece.offsetMs) / Math.max(1, endMs - piece.offsetMs)
    heardLetters += piece.text.length * Math.min(1, Math.max(0, share))
  }
  let kept = ''
  for (const word of text.match(/\s*\S+/gu) ?? []) {
    if (kept.length + word.length / 2 > heardLetters) break
    kept += word
  }
  return kept
}
