import { describe, expect, it } from 'vitest'
import { type Answer, askedWaitMs, verdictOf } from './verdict.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const answered = (status: number, retryAfter?: string): Answer => ({ type: 'answered', status, retryAfter })

describe('what follows from a try', () => {
  it.each([200, 201, 204, 299])('HTTP %i: delivered', status => {
    expect(verdictOf(answered(status), 1, now)).toEqual({
      next: 'none',
      status: 'delivered',
      httpStatus: status,
    })
  })

  it.each([100, 199, 300, 301, 302, 304, 307, 400, 401, 404, 429, 500, 503])('HTTP %i: again', status => {
    expect(verdictOf(answered(status), 1, now)).toMatchObject({
      next: 'retry',
      delayMs: 60_000,
      httpStatus: status,
    })
  })

  it('HTTP 410: never again', () => {
    expect(verdictOf(answered(410), 1, now)).toMatchObject({
      next: 'none',
      status: 'failed',
      httpStatus: 410,
    })
  })

  it('no answer: again, with the reason', () => {
    const answer: Answer = { type: 'unanswered', reason: 'no answer in time' }
    expect(verdictOf(answer, 4, now)).toEqual({
      next: 'retry',
      delayMs: 3_600_000,
      httpStatus: null,
      error: 'no answer in time',
    })
  })

  it('the fifth failure is the last', () => {
    expect(verdictOf(answered(500), 5, now)).toMatchObject({
      next: 'none',
      status: 'failed',
      httpStatus: 500,
    })
  })

  it('waits longer when the receiver asks to', () => {
    expect(verdictOf(answered(429, '120'), 1, now)).toMatchObject({ delayMs: 120_000 })
    expect(verdictOf(answered(429, '1'), 1, now)).toMatchObject({ delayMs: 60_000 })
  })
})

it.each([
  [undefined, null],
  ['30', 30_000],
  [' 30 ', 30_000],
  ['Sun, 01 Mar 2026 12:05:00 GMT', 300_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['-5x', null],
])('Retry-After %s asks for %s ms', (field, expected) => {
  expect(askedWaitMs(field, now)).toBe(expected)
})
