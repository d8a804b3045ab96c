import { expect, test } from 'vitest'
import { playedWords } from './played-words.ts'

const pieces = [
  { offsetMs: 0, text: 'Hi John. ' },
  { offsetMs: 900, text: 'This is Sarah.' },
]

test.each([
  [0, ''],
  [200, 'Hi'],
  [900, 'Hi John.'],
  [1000, 'Hi John.'],
  [1300, 'Hi John. This'],
  [1500, 'Hi John. This is'],
  [2300, 'Hi John. This is Sarah.'],
  [9999, 'Hi John. This is Sarah.'],
  [-5, ''],
])('played %i ms of 2300: %j', (playedMs, words) => {
  expect(playedWords(pieces, 2300, playedMs)).toBe(words)
})

test('a word that two pieces share is heard whole or not at all', () => {
  const split = [
    { offsetMs: 0, text: 'Hi J' },
    { offsetMs: 100, text: 'ohn, th' },
    { offsetMs: 200, text: 'is' },
  ]
  expect([100, 160, 300].map(playedMs => playedWords(split, 300, playedMs))).toEqual([
    'Hi',
    'Hi John,',
    'Hi John, this',
  ])
})
