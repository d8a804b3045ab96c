import { expect, test } from 'vitest'
import { dialability } from './phone-number.ts'

test.each([
  ['+14155551234', 'dialable'],
  ['+18005551234', 'dialable'],
  ['+442071838750', 'dialable'],
  ['+34612345678', 'dialable'],
  ['+4915112345678', 'dialable'],
  ['+1415555', 'too_short'],
  ['+141555512345678', 'too_long'],
  ['+11234567890', 'not_in_numbering_plan'],
  ['+999123456789', 'not_in_numbering_plan'],
])('%s: %s', (number, expected) => {
  expect(dialability(number)).toBe(expected)
})
