import { describe, expect, test } from 'vitest'
import { cutClauses } from './clauses.ts'

describe('clauses', () => {
  test.each([
    ['Hi there. How are', true, ['Hi there. '], 'How are'],
    ['Dr. Smith is in. ', false, ['Dr. Smith is in. '], ''],
    ['It costs $3.50 a day', false, [], 'It costs $3.50 a day'],
    ['Well, I see', true, [], 'Well, I see'],
    ['Thank you for waiting so long, I have', true, ['Thank you for waiting so long, '], 'I have'],
    ['Thank you for waiting so long, I have', false, [], 'Thank you for waiting so long, I have'],
    ['Really?! "Yes." Good', false, ['Really?! ', '"Yes." '], 'Good'],
    ['Done.', false, [], 'Done.'],
  ])('%j (opening %s)', (text, ...[opening, ready, rest]) => {
    expect(cutClauses(text, opening)).toEqual({ ready, rest })
  })
})
