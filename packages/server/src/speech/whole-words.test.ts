import { expect, test } from 'vitest'
import { WholeWords } from './whole-words.ts'

test('words stay together and keep the place of their first letter', () => {
  const words = new WholeWords()
  expect([
    words.push('Hi Sar', 0),
    words.push('ah', 100),
    words.push(', this', 200),
    words.push(' is ', 300),
    words.push('', 400),
    words.push('me', 500),
    words.finish(),
    words.finish(),
  ]).toEqual([
    { text: 'Hi ', atMs: 0 },
    { text: '', atMs: 0 },
    { text: 'Sarah, ', atMs: 0 },
    { text: 'this is ', atMs: 200 },
    { text: '', atMs: 400 },
    { text: '', atMs: 500 },
    { text: 'me', atMs: 500 },
    { text: '', atMs: 500 },
  ])
})
