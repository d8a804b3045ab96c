import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Bell } from './bell.ts'
import { monotonicMs } from './monotonic.ts'

function hung(): { bell: Bell; strikes: () => number } {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const bell = new Bell(cell)
  onTestFinished(() => bell.stop())
  return { bell, strikes: () => Atomics.load(cell, 0) }
}

test('what one turn of the loop brings shares a strike, which comes at its end', async () => {
  const { bell, strikes } = hung()
  for (let i = 0; i < 100; i += 1) bell.ring()
  expect(strikes()).toBe(0)
  await nextTurn()
  expect(strikes()).toBe(1)
})

test('rung without end it strikes once a millisecond at most, and the last ring is heard', async () => {
  const { bell, strikes } = hung()
  const fromMs = monotonicMs()
  let rings = 0
  for (; monotonicMs() - fromMs < 30; rings += 1) {
    bell.ring()
    await nextTurn()
  }
  const tookMs = monotonicMs() - fromMs
  const before = strikes()
  expect(before).toBeGreaterThan(1)
  expect(before).toBeLessThanOrEqual(tookMs + 1)
  expect(before).toBeLessThan(rings)
  bell.ring()
  await expect.poll(strikes).toBeGreaterThan(before)
})
