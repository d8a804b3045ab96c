import { expect, it } from 'vitest'
import { timeIn } from './when.ts'

it.each([
  ['could we do friday at two pm', 'Friday', '2 PM'],
  ['tomorrow at ten thirty', 'tomorrow', '10:30'],
  ['next monday in the morning', 'next Monday', 'in the morning'],
  ['three p m', null, '3 PM'],
  ['at 9', null, '9'],
  ['nine in the morning', null, 'in the morning'],
  ['i have one question', null, null],
  ['yes', null, null],
])('%j names %s, %s', (sentence, day, time) => expect(timeIn(sentence)).toEqual({ day, time }))
