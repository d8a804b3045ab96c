/**
 * The pieces of audio that a transcription session was told to commit, in order. Texts may come in any order
 * and are told in that of the audio, each once.
 */
export interface Piece {
  readonly startMs: number
  readonly endMs: number
  /** Null until the service has named it. */
  readonly itemId: string | null
  /** Null until its text has come. */
  readonly text: string | null
}

export type PieceEvent =
  | { type: 'asked'; startMs: number; endMs: number }
  | { type: 'named'; itemId: string }
  | { type: 'text'; itemId: string; text: string }
  /** The service found nothing to commit. */
  | { type: 'empty' }

/** The pieces that still wait, and those that are told now. */
export function pieces(waiting: readonly Piece[], event: PieceEvent): [readonly Piece[], readonly Piece[]] {
  switch (event.type) {
    case 'asked':
      return [[...waiting, { startMs: event.startMs, endMs: event.endMs, itemId: null, text: null }], []]
    case 'named':
      return told(
        changed(waiting, piece => piece.itemId === null && piece.text === null, { itemId: event.itemId }),
      )
    case 'text':
      return told(changed(waiting, piece => piece.itemId === event.itemId, { text: event.text }))
    case 'empty':
      return told(changed(waiting, piece => piece.itemId === null && piece.text === null, { text: '' }))
  }
}

/** The first piece of which it is so. */
function changed(
  waiting: readonly Piece[],
  isIt: (piece: Piece) => boolean,
  change: Partial<Piece>,
): readonly Piece[] {
  const at = waiting.findIndex(isIt)
  return waiting.map((piece, index) => (index === at ? { ...piece, ...change } : piece))
}

function told(all: readonly Piece[]): [readonly Piece[], readonly Piece[]] {
  const open = all.findIndex(piece => piece.text === null)
  return open < 0 ? [[], all] : [all.slice(open), all.slice(0, open)]
}
