import { describe, expect, test } from 'vitest'
import { SentText } from './sent-text.ts'

function told(sent: string, words: readonly string[]): string[] {
  const text = new SentText()
  text.add(sent)
  return [...words.map(word => text.upTo(word)), text.rest()]
}

describe('words found in what was sent', () => {
  test.each([
    ['as they are', 'Hello John. ', ['Hello', 'John.'], ['Hello ', 'John. ', '']],
    ['without marks', 'Well, yes!', ['well', 'yes'], ['Well, ', 'yes!', '']],
    ['with signs that are not spoken', 'So – yes.', ['So', 'yes'], ['So ', '– yes.', '']],
    [
      'one token said as two words',
      'At twenty-five.',
      ['At', 'twenty', 'five'],
      ['At ', 'twenty-five.', '', ''],
    ],
    ['a word nobody sent', 'Yes.', ['umm', 'Yes'], ['', 'Yes.', '']],
    ['what was never told', 'Yes. And more.', ['Yes'], ['Yes. ', 'And more.']],
    ['a mark alone', 'Yes.', ['.'], ['', 'Yes.']],
  ])('%s', (...[, sent, words, pieces]) => {
    expect(told(sent, words)).toEqual(pieces)
    expect(told(sent, words).join('')).toBe(sent)
  })
})
