import { expect, test } from 'vitest'
import { SoundGate } from './sound-gate.ts'
import { makeTone } from './tone.ts'

/** What is told of parts of `[ms, amplitude]`; amplitude 0 is silence. */
function told(parts: readonly (readonly [number, number])[], noise = 0): string[] {
  let state = 3
  const samples = Int16Array.from(
    parts.flatMap(([ms, amplitude]) => [
      ...makeTone({ frequenciesHz: [300, 700], durationMs: ms, sampleRateHz: 8000, amplitude }),
    ]),
    sample => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
      return sample + (state / 2 ** 31) * noise
    },
  )
  const events: string[] = []
  let nowMs = 0
  const gate = new SoundGate((type, atMs) => events.push(`${type} ${atMs} at ${nowMs}`))
  for (let at = 0; at + 160 <= samples.length; at += 160) {
    nowMs = at / 8 + 20
    gate.push(samples.subarray(at, at + 160), at / 8)
  }
  return events
}

test.each([
  [
    'a word',
    [
      [500, 0],
      [400, 0.1],
      [600, 0],
    ],
    ['started 500 at 580', 'stopped 900 at 1100'],
  ],
  [
    'two words in one breath',
    [
      [500, 0],
      [300, 0.1],
      [120, 0],
      [300, 0.1],
      [600, 0],
    ],
    ['started 500 at 580', 'stopped 1220 at 1420'],
  ],
  [
    'a click',
    [
      [500, 0],
      [40, 0.5],
      [600, 0],
    ],
    [],
  ],
  [
    'crosstalk',
    [
      [500, 0],
      [400, 0.001],
      [600, 0],
    ],
    [],
  ],
] as const)('%s', (_, parts, events) => {
  expect(told(parts)).toEqual(events)
})

test('a word over the noise of the street, and not the street', () => {
  const events = told(
    [
      [3_000, 0],
      [400, 0.3],
      [600, 0],
    ],
    1_500,
  )
  const words = events.filter(event => Number(event.split(' ')[1]) >= 2_900)
  expect(words).toEqual(['started 3000 at 3080', 'stopped 3400 at 3600'])
})
