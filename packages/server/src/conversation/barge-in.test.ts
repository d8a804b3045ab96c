import { expect, test } from 'vitest'
import { isProtected } from './barge-in.ts'

test.each([
  { purpose: 'opening', playedMs: 0, stands: true },
  { purpose: 'opening', playedMs: 980, stands: true },
  { purpose: 'opening', playedMs: 1_000, stands: false },
  { purpose: 'disclosure', playedMs: 5_000, stands: true },
  { purpose: 'answer', playedMs: 0, stands: false },
  { purpose: 'silence_prompt', playedMs: 100, stands: false },
] as const)('$playedMs ms of $purpose is protected: $stands', ({ stands, ...reply }) => {
  expect(isProtected(reply, 1_000)).toBe(stands)
})
