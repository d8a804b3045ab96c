import { describe, expect, test } from 'vitest'
import { type HeardTone, hasFastBusy, type LineSignal, rememberTone, signalOf } from './line-signals.ts'

/** What is signalled of tones `[hz, onMs, gapMs]`, each once. */
function signals(parts: readonly Part[], fastBusy = false): LineSignal[] {
  let nowMs = 1_000
  let tones: readonly HeardTone[] = []
  const told: LineSignal[] = []
  for (const [frequencyHz, onMs, gapMs] of parts) {
    tones = rememberTone(tones, { frequencyHz, fromMs: nowMs, toMs: nowMs + onMs })
    nowMs += onMs + gapMs
    const signal = signalOf(tones, { fastBusy })
    if (signal && told.at(-1) !== signal) told.push(signal)
  }
  return told
}

type Part = readonly [hz: number, onMs: number, gapMs: number]
const times = (n: number, one: Part): readonly Part[] => Array.from({ length: n }, () => one)
const withoutBeeps = (told: LineSignal[]) => told.filter(signal => signal !== 'beep')

describe('cadences', () => {
  test.each([
    ['busy, North America', times(4, [0, 500, 500]), ['busy']],
    ['busy, Germany', times(4, [425, 480, 480]), ['busy']],
    ['busy, United Kingdom', times(4, [400, 380, 380]), ['busy']],
    ['reorder, North America', times(4, [0, 260, 240]), ['congestion']],
    ['congestion, Germany', times(4, [425, 240, 240]), ['congestion']],
    ['busy, Spain', times(4, [425, 200, 200]), ['busy']],
    [
      'congestion, Spain',
      [
        [425, 200, 200],
        [425, 200, 200],
        [425, 200, 600],
        [425, 200, 200],
      ],
      ['congestion'],
    ],
    ['ringing, North America', times(2, [0, 2_000, 4_000]), ['ringback']],
    ['ringing, Spain', times(2, [425, 1_500, 3_000]), ['ringback']],
    [
      'ringing, United Kingdom',
      [
        [0, 400, 200],
        [0, 400, 2_000],
        [0, 400, 200],
        [0, 400, 2_000],
      ],
      [],
    ],
    ['three tones only', times(3, [0, 500, 500]), []],
    [
      'irregular',
      [
        [0, 500, 500],
        [0, 200, 500],
        [0, 600, 100],
        [0, 500, 500],
      ],
      [],
    ],
  ] as const)('%s', (network, parts, expected) => {
    expect(withoutBeeps(signals(parts, network.endsWith('Spain')))).toEqual(expected)
  })
})

describe('information tones', () => {
  test.each([
    [
      'international',
      [
        [950, 340, 0],
        [1400, 320, 0],
        [1800, 340, 0],
      ],
      'not_connected',
    ],
    [
      'intercept',
      [
        [914, 280, 0],
        [1371, 280, 0],
        [1777, 380, 0],
      ],
      'invalid_number',
    ],
    [
      'vacant code',
      [
        [985, 380, 0],
        [1371, 260, 0],
        [1777, 380, 0],
      ],
      'invalid_number',
    ],
    [
      'reorder',
      [
        [914, 280, 0],
        [1429, 380, 0],
        [1777, 380, 0],
      ],
      'congestion',
    ],
    [
      'no circuit',
      [
        [985, 380, 0],
        [1429, 380, 0],
        [1777, 380, 0],
      ],
      'congestion',
    ],
  ] as const)('%s', (_, parts, expected) => {
    expect(withoutBeeps(signals(parts))).toEqual([expected])
  })

  test('three beeps far apart are none', () => {
    expect(
      signals([
        [950, 330, 400],
        [1400, 330, 400],
        [1800, 330, 0],
      ]),
    ).toEqual(['beep'])
  })
})

test.each([
  ['a beep', [1000, 500, 0], 'beep'],
  ['a low beep', [440, 400, 0], 'beep'],
  ['too short', [1000, 80, 0], undefined],
  ['two tones together', [0, 400, 0], undefined],
  ['a fax', [2100, 3_000, 0], 'fax'],
  ['one that goes on and on', [1000, 5_000, 0], undefined],
] as const)('%s', (_, part, expected) => {
  expect(signals([part])[0]).toBe(expected)
})

test('where busy is fast', () => {
  expect(hasFastBusy('+34911234567')).toBe(true)
  expect(hasFastBusy('+14155551234')).toBe(false)
})
