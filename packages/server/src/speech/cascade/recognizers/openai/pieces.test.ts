import { describe, expect, test } from 'vitest'
import { pieces, type Piece, type PieceEvent } from './pieces.ts'

const asked = (startMs: number): PieceEvent => ({ type: 'asked', startMs, endMs: startMs + 100 })
const named = (itemId: string): PieceEvent => ({ type: 'named', itemId })
const text = (itemId: string, words: string): PieceEvent => ({ type: 'text', itemId, text: words })

/** What is told, as `start text`. */
function told(events: readonly PieceEvent[]): string[] {
  let waiting: readonly Piece[] = []
  return events.flatMap(event => {
    const [next, now] = pieces(waiting, event)
    waiting = next
    return now.map(piece => `${piece.startMs} ${piece.text}`)
  })
}

describe('pieces of a transcription session', () => {
  test.each<[string, PieceEvent[], string[]]>([
    ['one', [asked(0), named('a'), text('a', 'yes')], ['0 yes']],
    [
      'texts that come in the wrong order',
      [asked(0), named('a'), asked(500), named('b'), text('b', 'no'), text('a', 'yes')],
      ['0 yes', '500 no'],
    ],
    [
      'one that was too short to commit',
      [asked(0), asked(500), { type: 'empty' }, named('b'), text('b', 'no')],
      ['0 ', '500 no'],
    ],
    [
      'a text that nobody asked for',
      [text('x', 'yes'), asked(0), named('a'), text('a', 'yes'), text('a', 'yes')],
      ['0 yes'],
    ],
  ])('%s', (_, events, lines) => {
    expect(told(events)).toEqual(lines)
  })
})
