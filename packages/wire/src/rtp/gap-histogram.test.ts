import { expect, test } from 'vitest'
import { GapHistogram } from './gap-histogram.ts'

test('knows the middle and the tail', () => {
  const gaps = new GapHistogram()
  expect(gaps.quantileMs(0.5)).toBe(0)
  for (let i = 0; i < 990; i++) gaps.note(19.9)
  for (let i = 0; i < 9; i++) gaps.note(40.2)
  gaps.note(1e9)
  expect(gaps.total).toBe(1000)
  expect(gaps.quantileMs(0.5)).toBe(20)
  expect(gaps.quantileMs(0.99)).toBe(20)
  expect(gaps.quantileMs(0.995)).toBe(40.5)
  expect(gaps.quantileMs(1)).toBe(500)
})
