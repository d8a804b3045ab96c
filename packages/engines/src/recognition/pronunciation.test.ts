import { expect, test } from 'vitest'
import { Pronunciations } from './pronunciation.ts'

const pronunciations = new Pronunciations()

test.each([
  ['yes', ['Y EH S']],
  ["can't", ['K AE N T']],
  ['either', ['IY DH ER', 'AY DH ER']],
  ['zyqqor', ['Z IY K AO R']],
  ['', []],
  ['42', []],
])('%s', (word, ways) => {
  expect(pronunciations.of(word)).toEqual(ways)
})
