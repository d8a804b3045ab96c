import { expect, test } from 'vitest'
import { spokenWords } from './spoken-words.ts'

const start = (text: string) => ({ text, match: 'start' })
const whole = (text: string) => ({ text, match: 'whole' })

test.each([
  ['refund', [start('refund')]],
  ['  refund \t order ', [start('refund'), start('order')]],
  ['"call me back" monday', [whole('call me back'), start('monday')]],
  ['refund"my order"', [start('refund'), whole('my order')]],
  ['"never closed', [whole('never closed')]],
  ['¿mañana? - 12', [start('¿mañana?'), start('12')]],
  ['"" - "…" !', []],
])('%j', (query, words) => {
  expect(spokenWords(query)).toEqual(words)
})
