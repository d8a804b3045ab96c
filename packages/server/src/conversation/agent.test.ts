import { expect, test } from 'vitest'
import { newReply, playedOf } from './agent.ts'

const reply = (writtenMs: number) => ({ ...newReply('r', { purpose: 'answer' }, 0), writtenMs })

test.each([
  { written: [], queuedMs: 0, played: [] },
  { written: [1_000], queuedMs: 0, played: [1_000] },
  { written: [1_000], queuedMs: 400, played: [600] },
  { written: [1_000, 500], queuedMs: 400, played: [1_000, 100] },
  { written: [1_000, 500], queuedMs: 800, played: [700, 0] },
  { written: [1_000, 500, 0], queuedMs: 1_500, played: [0, 0, 0] },
  { written: [1_000], queuedMs: 9_000, played: [0] },
])('of $written ms with $queuedMs ms queued, $played ms were played', ({ written, queuedMs, played }) => {
  expect(playedOf(written.map(reply), queuedMs)).toEqual(played)
})
