import { describe, expect, it } from 'vitest'
import { delayBeforeRetry } from './backoff.ts'

const minutes = (n: number) => n * 60_000

describe('waiting before the next try', () => {
  it.each([
    [1, null, minutes(1)],
    [2, null, minutes(5)],
    [3, null, minutes(15)],
    [4, null, minutes(60)],
    [5, null, null],
    [6, null, null],
    [1, minutes(3), minutes(3)],
    [2, minutes(3), minutes(5)],
    [1, minutes(100_000), minutes(24 * 60)],
    [5, minutes(3), null],
  ])('after try %i, asked to wait %s ms: %s ms', (tries, asked, expected) => {
    expect(delayBeforeRetry(tries, asked)).toBe(expected)
  })

  it('follows a longer schedule when one is set', () => {
    expect(delayBeforeRetry(2, null, [1, 2])).toBe(2)
    expect(delayBeforeRetry(3, null, [1, 2])).toBeNull()
  })
})
