import { afterEach, expect, test, vi } from 'vitest'
import { isOutOfReach, whenInReach } from './reach.ts'

afterEach(() => void vi.useRealTimers())

const coded = (code: string) => Object.assign(new Error('no'), { code })

test.each([
  [coded('57P01'), true],
  [coded('08006'), true],
  [coded('ECONNREFUSED'), true],
  [new Error('Connection terminated unexpectedly'), true],
  [coded('23505'), false],
  [new Error('Connection'), false],
  ['ECONNREFUSED', false],
])('%s is out of reach: %s', (error, expected) => {
  expect(isOutOfReach(error)).toBe(expected)
})

test('what is asked while the database restarts is asked until it is back', async () => {
  let asked = 0
  const answer = whenInReach(async () => {
    asked += 1
    if (asked < 3) throw coded('57P03')
    return asked
  })
  expect(await answer).toBe(3)
})

test('a fault of another kind is told at once', async () => {
  const ask = vi.fn(() => Promise.reject(coded('42601')))
  await expect(whenInReach(ask)).rejects.toThrow('no')
  expect(ask).toHaveBeenCalledTimes(1)
})

test('a database that stays away is waited for ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const began = performance.now()
  const failed = whenInReach(() => Promise.reject(coded('ECONNREFUSED'))).then(
    () => null,
    () => performance.now() - began,
  )
  await vi.advanceTimersByTimeAsync(11_000)
  expect(await failed).toBeGreaterThanOrEqual(10_000)
})
