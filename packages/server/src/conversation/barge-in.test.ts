import { expect, test } from 'vitest'
import { judgeOverlap } from './barge-in.ts'

test.each([
  { purpose: 'disclosure', playedMs: 5_000, ending: false, verdict: 'later' },
  { purpose: 'opening', playedMs: 0, ending: false, verdict: 'later' },
  { purpose: 'opening', playedMs: 980, ending: false, verdict: 'later' },
  { purpose: 'opening', playedMs: 1_000, ending: false, verdict: 'stop' },
  { purpose: 'answer', playedMs: 0, ending: false, verdict: 'stop' },
  { purpose: 'silence_prompt', playedMs: 100, ending: false, verdict: 'stop' },
  { purpose: 'farewell', playedMs: 500, ending: true, verdict: 'leave' },
  { purpose: 'answer', playedMs: 500, ending: true, verdict: 'leave' },
] as const)('over $playedMs ms of $purpose, ending: $ending -> $verdict', ({ verdict, ...overlap }) => {
  expect(judgeOverlap({ ...overlap, protectedMs: 1_000 })).toBe(verdict)
})
