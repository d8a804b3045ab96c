import { expect, test } from 'vitest'
import { advance, healthy, isReady, type ProviderEvent } from './provider-health.ts'

const failed = (at: number): ProviderEvent => ({ type: 'failed', at })
const after = (...events: ProviderEvent[]) => events.reduce(advance, healthy)

const cases: readonly [string, ProviderEvent[], number, boolean][] = [
  ['two failures', [failed(0), failed(1)], 2, true],
  ['three failures in half a minute', [failed(0), failed(10_000), failed(29_000)], 29_001, false],
  ['three failures over a longer time', [failed(0), failed(20_000), failed(31_000)], 31_001, true],
  ['something good in between', [failed(0), failed(1), { type: 'worked' }, failed(2)], 3, true],
  ['its time is over', [failed(0), failed(1), failed(2)], 10_002, true],
  ['somebody is trying', [failed(0), failed(1), failed(2), { type: 'tried', at: 10_002 }], 10_003, false],
  ['the try failed', [failed(0), failed(1), failed(2), failed(10_500)], 20_499, false],
  ['the try worked', [failed(0), failed(1), failed(2), { type: 'worked' }], 3, true],
]

test.each(cases)('%s', (...[, events, now, ready]) => {
  expect(isReady(after(...events), now)).toBe(ready)
})
