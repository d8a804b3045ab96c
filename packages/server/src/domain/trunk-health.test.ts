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
  it.each<[string, { events: TrunkEvent[]; now: number; is: 'ready' | 'probe' | 'away' }]>([
    ['is ready at first', { events: [], now: 0, is: 'ready' }],
    ['is ready after four failures', { events: five.slice(1), now: 4_000, is: 'ready' }],
    ['is left alone after five in half a minute', { events: five, now: 4_000, is: 'away' }],
    ['is asked ten seconds later', { events: five, now: 14_000, is: 'probe' }],
    [
      'is ready when the five are spread over more',
      { events: [0, 10, 20, 29, 30.1].map(s => fail(s * 1_000)), now: 30_200, is: 'ready' },
    ],
    [
      'is ready when something worked in between',
      { events: [...five.slice(0, 4), worked, fail(4_000)], now: 4_000, is: 'ready' },
    ],
    ['is left alone at once when it asks for it', { events: [fail(0, 60_000)], now: 59_999, is: 'away' }],
    ['is asked when that time is over', { events: [fail(0, 60_000)], now: 60_000, is: 'probe' }],
    ['is left alone for an hour at most', { events: [fail(0, 1e12)], now: 3_600_000, is: 'probe' }],
    [
      'stays away for the longer of two times',
      { events: [fail(0, 60_000), fail(1_000, 5_000)], now: 59_999, is: 'away' },
    ],
    [
      'does not come back by a call that was under way',
      { events: [...five, worked], now: 5_000, is: 'away' },
    ],
    [
      'is ready when it answers the probe',
      { events: [...five, { type: 'probe_answered' }], now: 14_000, is: 'ready' },
    ],
    [
      'is left alone again when it does not',
      { events: [...five, { type: 'probe_failed', at: 14_000 }], now: 23_999, is: 'away' },
    ],
    [
      'is asked again later',
      { events: [...five, { type: 'probe_failed', at: 14_000 }], now: 24_000, is: 'probe' },
    ],
  ])('%s', (_, { events, now, is }) => {
    expect(readiness(after(...events), now)).toBe(is)
  })

  it('starts to count anew when it is back', () => {
    const back = after(...five, { type: 'probe_answered' }, fail(15_000))
    expect(readiness(back, 15_000)).toBe('ready')
  })
})
