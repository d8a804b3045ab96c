import { expect, test } from 'vitest'
import { missedGoals } from './goals.ts'

const met = {
  false_stops: 0.05,
  missed_interruptions: 0.02,
  cut_offs: 0,
  first_sentence_exact: 1,
  farewell_complete: 1,
  transcript_offset_ms: { p95: 50 },
  calls: { as_expected: 90, of: 90 },
}

test.each([
  [met, []],
  [{}, []],
  [{ ...met, cut_offs: null }, []],
  [{ ...met, false_stops: 0.06 }, ['false_stops: 6.0 %']],
  [{ ...met, farewell_complete: 0.98 }, ['farewell_complete: 98.0 %']],
  [{ ...met, transcript_offset_ms: { p95: 51 } }, ['transcript_offset_ms: 51']],
  [{ ...met, calls: { as_expected: 89, of: 90 } }, ['calls as expected: 89 of 90']],
])('%j misses %j', (figures, missed) => {
  expect(missedGoals(figures)).toEqual(missed)
})
