import { expect, test } from 'vitest'
import { splitClauses } from './clauses.ts'

const texts = (text: string) => splitClauses(text).map(clause => clause.text)

test.each([
  ['Hello.', ['Hello.']],
  ['', []],
  ['... !', []],
  ['Hello. How are you?', ['Hello.', 'How are you?']],
  ['Dr. Smith can see you at 3 p.m. on Tuesday.', ['Dr. Smith can see you at 3 p.m. on Tuesday.']],
  ['Yes, of course.', ['Yes, of course.']],
  [
    'I am calling about your appointment, which is on Tuesday at three.',
    ['I am calling about your appointment,', 'which is on Tuesday at three.'],
  ],
  ['It costs 1,250 dollars in all.', ['It costs 1,250 dollars in all.']],
  ['¿Puede confirmar? Gracias.', ['¿Puede confirmar?', 'Gracias.']],
])('%s', (text, clauses) => {
  expect(texts(text)).toEqual(clauses)
})

test('a text without any stop is cut into pieces of bounded length, and no word is lost', () => {
  const text = Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ')
  const pieces = texts(text)
  expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThanOrEqual(220)
  expect(pieces.join(' ')).toBe(text)
})

test('only the last clause ends without a breath', () => {
  expect(splitClauses('One. Two. Three.').map(clause => clause.pauseMs)).toEqual([260, 260, 40])
})
