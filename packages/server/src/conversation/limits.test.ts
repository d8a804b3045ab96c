import { expect, test } from 'vitest'
import { wrapUpAtMs } from './limits.ts'
import { defaultSettings } from './settings.ts'

test.each([
  { minutes: 30, wrapUpSeconds: 1_770 },
  { minutes: 2, wrapUpSeconds: 90 },
  { minutes: 1, wrapUpSeconds: 40 },
  { minutes: 0.5, wrapUpSeconds: 20 },
])('a call of $minutes min is wrapped up at $wrapUpSeconds s', ({ minutes, wrapUpSeconds }) => {
  expect(wrapUpAtMs(minutes * 60_000, defaultSettings)).toBe(wrapUpSeconds * 1_000)
})
