import { expect, test } from 'vitest'
import { Reception } from './reception.ts'

test.each([
  ['nothing came yet', { cameAtMs: [], nowMs: 3_999, cause: null }],
  ['nothing ever came', { cameAtMs: [], nowMs: 4_000, cause: 'nothing_came' }],
  ['audio flows', { cameAtMs: [100, 120, 5_000], nowMs: 5_020, cause: null }],
  ['audio stopped', { cameAtMs: [100, 120], nowMs: 4_120, cause: 'stopped' }],
])('%s', (_, { cameAtMs, nowMs, cause }) => {
  const reception = new Reception()
  for (const at of cameAtMs) reception.note(at)
  expect(reception.oneWay(nowMs)).toBe(cause)
})
