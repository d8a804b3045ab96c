import { expect, test } from 'vitest'
import { summarize } from './latency.ts'

test.each([
  { turns: [], p50: null, p95: null },
  { turns: [700], p50: 700, p95: 700 },
  { turns: [900, 300, 500], p50: 500, p95: 900 },
  { turns: Array.from({ length: 100 }, (_, index) => index + 1), p50: 50, p95: 95 },
])('$turns', ({ turns, p50, p95 }) => {
  const summary = summarize({ voiceToVoiceMs: turns, stoppedMs: null })
  expect(summary).toEqual({ turns: turns.length, voice_to_voice_p50_ms: p50, p95_ms: p95 })
})
