import { expect, test } from 'vitest'
import { PacingWheel } from './pacing-wheel.ts'

function served(wheel: PacingWheel<string>, nowMs: number): [string, number][] {
  const found: [string, number][] = []
  wheel.turn(nowMs, (rider, slot) => found.push([rider, slot]))
  return found
}

test('twenty riders sit at twenty ticks', () => {
  const wheel = new PacingWheel<string>(1000)
  const seats = Array.from({ length: 20 }, (_, i) => wheel.add(String(i), 1000))
  expect(new Set(seats.map(seat => seat.firstTick % 20)).size).toBe(20)
  expect(Math.max(...seats.map(seat => wheel.msOfTick(seat.firstTick)))).toBeLessThanOrEqual(1020)
})

test('a rider comes round every 20 ms, however unevenly the time is told', () => {
  const wheel = new PacingWheel<string>(0)
  wheel.add('a', 0)
  const slots: number[] = []
  for (let nowMs = 0; nowMs < 2000; nowMs += 1 + (nowMs % 7))
    slots.push(...served(wheel, nowMs).map(([, slot]) => slot))
  expect(slots).toEqual(Array.from({ length: 100 }, (_, i) => i))
})

test('after a stall each rider is served once, with the newest slot', () => {
  const wheel = new PacingWheel<string>(0)
  wheel.add('a', 0)
  wheel.add('b', 0)
  expect(served(wheel, 5)).toEqual([
    ['a', 0],
    ['b', 0],
  ])
  expect(served(wheel, 105)).toEqual([
    ['a', 5],
    ['b', 5],
  ])
  expect(served(wheel, 105)).toEqual([])
  expect(served(wheel, 121)).toEqual([['a', 6]])
})

test('who leaves is served no more, even while being served', () => {
  const wheel = new PacingWheel<string>(0)
  const seat = wheel.add('a', 0)
  wheel.turn(1, () => wheel.remove(seat))
  expect(served(wheel, 100)).toEqual([])
  expect(wheel.nextDueMs()).toBeUndefined()
})

test('the next deadline is known', () => {
  const wheel = new PacingWheel<string>(500)
  wheel.add('a', 507)
  expect(wheel.nextDueMs()).toBe(508)
  served(wheel, 508)
  expect(wheel.nextDueMs()).toBe(528)
})
