import { describe, expect, it } from 'vitest'
import { advance, inService, readiness, type TrunkEvent, type TrunkHealth } from './trunk-health.ts'

const fail = (at: number, retryAfterMs: number | null = null): TrunkEvent => ({
  type: 'failed',
  at,
  retryAfterMs,
})
const after = (...events: TrunkEvent[]): TrunkHealth => events.reduce(advance, inService)
const worked: TrunkEvent = { type: 'worked' }
const five = [0, 1_000, 2_000, 3_000, 4_000].map(at => fail(at))

describe('a trunk', () => {
  it.each<[string, TrunkEvent[], number, 'ready' | 'probe' | 'away']>([
    ['is ready at first', [], 0, 'ready'],
    ['is ready after four failures', five.slice(1), 4_000, 'ready'],
    ['is left alone after five in half a minute', five, 4_000, 'away'],
    ['is asked ten seconds later', five, 14_000, 'probe'],
    [
      'is ready when the five are spread over more',
      [0, 10, 20, 29, 30.1].map(s => fail(s * 1_000)),
      30_200,
      'ready',
    ],
    ['is ready when something worked in between', [...five.slice(0, 4), worked, fail(4_000)], 4_000, 'ready'],
    ['is left alone at once when it asks for it', [fail(0, 60_000)], 59_999, 'away'],
    ['is asked when that time is over', [fail(0, 60_000)], 60_000, 'probe'],
    ['is left alone for an hour at most', [fail(0, 1e12)], 3_600_000, 'probe'],
    ['stays away for the longer of two times', [fail(0, 60_000), fail(1_000, 5_000)], 59_999, 'away'],
    ['does not come back by a call that was under way', [...five, worked], 5_000, 'away'],
    ['is ready when it answers the probe', [...five, { type: 'probe_answered' }], 14_000, 'ready'],
    ['is left alone again when it does not', [...five, { type: 'probe_failed', at: 14_000 }], 23_999, 'away'],
    ['is asked again later', [...five, { type: 'probe_failed', at: 14_000 }], 24_000, 'probe'],
  ])('%s', (_, events, now, expected) => {
    expect(readiness(after(...events), now)).toBe(expected)
  })

  it('starts to count anew when it is back', () => {
    const back = after(...five, { type: 'probe_answered' }, fail(15_000))
    expect(readiness(back, 15_000)).toBe('ready')
  })
})
