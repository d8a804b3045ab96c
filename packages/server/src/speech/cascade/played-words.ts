/** Words of a reply, said from `offsetMs` of its audio on. Pieces come in order. */
export interface SpokenPiece {
  readonly offsetMs: number
  readonly text: string
}

/**
 * The words of which the callee heard at least half, when playing stopped at `playedMs`. Inside a piece the
 * words are taken to last in proportion to their letters. Claiming a word that was not heard is worse than
 * forgetting one that was: the model can say it again.
 */
export function playedWords(pieces: readonly SpokenPiece[], audioMs: number, playedMs: number): string {
  let heard = ''
  for (const [index, piece] of pieces.entries()) {
    const endMs = pieces[index + 1]?.offsetMs ?? audioMs
    if (playedMs >= endMs) heard += piece.text
    else return (heard + startOf(piece, endMs, playedMs)).trimEnd()
  }
  return heard.trimEnd()
}

function startOf(piece: SpokenPiece, endMs: number, playedMs: number): string {
  const share = (playedMs - piece.offsetMs) / Math.max(1, endMs - piece.offsetMs)
  if (share <= 0) return ''
  const letters = piece.text.length * share
  let kept = ''
  for (const word of piece.text.match(/\s*\S+/gu) ?? []) {
    if (kept.length + word.length / 2 > letters) break
    kept += word
  }
  return kept
}
