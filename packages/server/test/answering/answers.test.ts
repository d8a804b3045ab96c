import { expect, test } from 'vitest'
import { corpus } from './corpus.ts'
import { measureAnswers } from './measure-answers.ts'

test('the corpus holds answers of every kind, and most are no person', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(60)
  const people = corpus.filter(({ label }) => label === 'human').length
  expect(people).toBeGreaterThanOrEqual(20)
  // Whoever takes everybody for a person is right less than half the time.
  expect(people / corpus.length).toBeLessThan(0.5)
})

test('a part of it is told apart, and nobody is taken for a machine', { timeout: 240_000 }, async () => {
  const { trueWords, localEars } = await measureAnswers({ nth: 7 })
  expect(trueWords.of).toBeGreaterThanOrEqual(8)
  expect(trueWords.mistakes).toEqual([])
  expect(trueWords.peopleLost).toBe(0)
  expect(localEars.peopleLost).toBe(0)
  expect(localEars.right / localEars.of).toBeGreaterThan(0.5)
})
