import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heardText, type Piece, wholeText, withPiece } from './heard-text.ts'

const pieces = [
  { text: 'Good morning,', offsetMs: 0 },
  { text: ' this is Sarah', offsetMs: 1_000 },
  { text: ' from the clinic.', offsetMs: 2_000 },
]
const whole = 'Good morning, this is Sarah from the clinic.'

test.each([
  { playedMs: 0, heard: '' },
  { playedMs: 400, heard: 'Good' },
  { playedMs: 990, heard: 'Good' },
  { playedMs: 1_000, heard: 'Good morning,' },
  { playedMs: 1_600, heard: 'Good morning, this is' },
  { playedMs: 2_999, heard: 'Good morning, this is Sarah from the' },
  { playedMs: 3_000, heard: whole },
])('of three pieces over 3 s, $playedMs ms are: $heard', ({ playedMs, heard }) => {
  expect(heardText(pieces, { playedMs, audioMs: 3_000, complete: true })).toBe(heard)
})

test('audio that is still being made does not squeeze the whole text into what there is', () => {
  const one = [{ text: whole, offsetMs: 0 }]
  expect(heardText(one, { playedMs: 500, audioMs: 500, complete: false })).toBe('Good')
  expect(heardText(one, { playedMs: 500, audioMs: 500, complete: true })).toBe(whole)
})

test('what is heard only grows, and is always a beginning of the whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string(), fc.nat(2_000)), { maxLength: 8 }),
      fc.nat(9_000),
      (made, at) => {
        let offsetMs = 0
        const some = made.map(([text, lastsMs]) => {
          const piece = { text, offsetMs }
          offsetMs += lastsMs
          return piece
        })
        const played = { audioMs: offsetMs, complete: true }
        const heard = heardText(some, { ...played, playedMs: at })
        const later = heardText(some, { ...played, playedMs: at + 500 })
        expect(wholeText(some).startsWith(heard)).toBe(true)
        expect(later.startsWith(heard)).toBe(true)
      },
    ),
  )
})

test.each([
  [['Thank you.', 'It is', ' noted.'], 'Thank you. It is noted.'],
  [['Well,', 'then', ' good', 'bye'], 'Well, then goodbye'],
  [['at 3:', '00 p.', 'm'], 'at 3:00 p.m'],
  [['it costs 1,', '000'], 'it costs 1,000'],
  [['Hello. ', 'Are you there?'], 'Hello. Are you there?'],
])('%j is one text', (texts, whole) => {
  const made = texts.reduce<readonly Piece[]>((before, text) => withPiece(before, { text, offsetMs: 0 }), [])
  expect(wholeText(made)).toBe(whole)
})
