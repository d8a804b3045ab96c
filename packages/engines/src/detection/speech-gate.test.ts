import { expect, test } from 'vitest'
import { CLOSED_GATE, passWindow, type Gate, type SpeechEvent } from './speech-gate.ts'

/** Feeds windows of 32 ms, one likelihood each. */
function run(likelihoods: readonly number[], stopAfterMs = 96): SpeechEvent[] {
  const events: SpeechEvent[] = []
  let gate: Gate = CLOSED_GATE
  for (const [index, likelihood] of likelihoods.entries()) {
    const window = { startMs: index * 32, endMs: index * 32 + 32, likelihood }
    const [next, event] = passWindow(gate, window, { threshold: 0.5, stopAfterMs })
    gate = next
    if (event) events.push(event)
  }
  return events
}

test.each([
  ['silence', [0, 0, 0, 0], []],
  ['one loud window is a click', [0, 0.9, 0, 0], []],
  ['two windows are speech, dated at the onset', [0, 0.9, 0.9], [{ type: 'started', atMs: 32 }]],
  ['two clicks are not speech', [0.9, 0, 0.9, 0], []],
  [
    'silence ends it, dated at its last sound',
    [0.9, 0.9, 0.9, 0, 0, 0],
    [
      { type: 'started', atMs: 0 },
      { type: 'stopped', atMs: 96 },
    ],
  ],
  ['a short pause does not', [0.9, 0.9, 0, 0, 0.9, 0, 0], [{ type: 'started', atMs: 0 }]],
  ['nor do windows between the thresholds', [0.9, 0.9, 0.4, 0.4, 0.4, 0.4], [{ type: 'started', atMs: 0 }]],
])('%s', (_, likelihoods, events) => {
  expect(run(likelihoods)).toEqual(events)
})

test('a hole in the audio counts as silence', () => {
  const options = { threshold: 0.5, stopAfterMs: 300 }
  const speaking: Gate = { state: 'speaking', lastHeardMs: 1000 }
  const [, event] = passWindow(speaking, { startMs: 5000, endMs: 5032, likelihood: 0 }, options)
  expect(event).toEqual({ type: 'stopped', atMs: 1000 })
})
