import { expect, test } from 'vitest'
import { PacingWheel } from './pacing-wheel.ts'

function served(wheel: PacingWheel<string>, nowMs: number): [string, number][] {
  const found: [string, number][] = []
  wheel.turn(nowMs, (rider, slot) => found.push([rider, slot]))
  return found
}

test('few riders share a tick, many are spread over all of them', () => {
  const wheel = new PacingWheel<string>(1000)
  const seats = Array.from({ length: 80 }, (_, i) => wheel.add(String(i), 1000))
  expect(seats.slice(0, 5).map(seat => seat.firstTick)).toEqual([1, 1, 1, 1, 2])
  const crowds = Map.groupBy(seats, seat => seat.firstTick % 20)
  expect([...crowds.values()].map(crowd => crowd.length)).toEqual(Array.from({ length: 20 }, () => 4))
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
  expect(Object.fromEntries(served(wheel, 5))).toEqual({ a: 0, b: 0 })
  expect(Object.fromEntries(served(wheel, 105))).toEqual({ a: 5, b: 5 })
  expect(served(wheel, 105)).toEqual([])
  expect(Object.fromEntries(served(wheel, 121))).toEqual({ a: 6, b: 6 })
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

/** Serves tick by tick and tells when each slot came. */
function ride(wheel: PacingWheel<string>, { from, to }: { from: number; to: number }): [number, number][] {
  const found: [number, number][] = []
  for (let nowMs = from; nowMs <= to; nowMs++)
    found.push(...served(wheel, nowMs).map(([, slot]): [number, number] => [nowMs, slot]))
  return found
}

test('speech takes the next slot at once, keeps its phase, and gives the time back afterwards', () => {
  const wheel = new PacingWheel<string>(0)
  const seat = wheel.add('a', 0)
  expect(ride(wheel, { from: 1, to: 47 })).toEqual([
    [1, 0],
    [21, 1],
    [41, 2],
  ])
  const early: number[] = []
  wheel.advance(seat, 48.9, (_, slot) => early.push(slot))
  expect(early).toEqual([3])
  expect(seat.lead).toBe(13)
  expect(ride(wheel, { from: 48, to: 90 })).toEqual([
    [68, 4],
    [88, 5],
  ])
  wheel.settle(seat)
  expect(ride(wheel, { from: 91, to: 145 })).toEqual([
    [121, 6],
    [141, 7],
  ])
})

test('however often speech begins, no slot comes more than a turn early and none is skipped', () => {
  const wheel = new PacingWheel<string>(0)
  const seat = wheel.add('a', 0)
  const slots: [number, number][] = []
  for (let nowMs = 0; nowMs < 20_000; nowMs++) {
    wheel.turn(nowMs, (_, slot) => slots.push([nowMs, slot]))
    if (nowMs % 7 === 3) wheel.advance(seat, nowMs, (_, slot) => slots.push([nowMs, slot]))
    if (nowMs % 11 === 5) wheel.settle(seat)
  }
  expect(slots.map(([, slot]) => slot)).toEqual(slots.map((_, i) => i))
  for (const [nowMs, slot] of slots) {
    const leadMs = seat.firstTick + 20 * slot - nowMs
    expect(leadMs).toBeGreaterThanOrEqual(0)
    expect(leadMs).toBeLessThanOrEqual(20)
  }
})

test('a rider who has not begun is not moved', () => {
  const wheel = new PacingWheel<string>(0)
  const seat = wheel.add('a', 0)
  wheel.advance(seat, 0.5, () => expect.unreachable())
  expect(served(wheel, 1)).toEqual([['a', 0]])
})
