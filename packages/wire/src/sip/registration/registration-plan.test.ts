import { describe, expect, test } from 'vitest'
import { parseMessage } from '../parse-message.ts'
import type { ReceivedResponse } from '../message.ts'
import { grantedSeconds, refreshAfterMs, retryAfterMs, seconds } from './registration-plan.ts'

const ok = (fields: string): ReceivedResponse =>
  parseMessage(
    Buffer.from(
      `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n${fields}\r\n`,
    ),
  ) as ReceivedResponse

const contact = 'sip:ann@192.0.2.7:5060'

describe('the granted time', () => {
  test.each([
    [
      'of our Contact among others',
      'Contact: <sip:x@y>;expires=9, <sip:ann@192.0.2.7:5060;ob>;expires=60\r\n',
      60,
    ],
    ['of Expires', `Contact: <${contact}>\r\nExpires: 120\r\n`, 120],
    ['what we asked for, when nothing is said', '', 600],
    ['what we asked for, when it cannot be read', 'Contact: rubbish\r\nExpires: soon\r\n', 600],
  ])('%s', (_, fields, granted) => {
    expect(grantedSeconds(ok(fields), contact, 600)).toBe(granted)
  })
})

test('refreshed before it ends, and never madly often', () => {
  expect([3_600, 600, 60, 1].map(refreshAfterMs)).toEqual([3_540_000, 540_000, 30_000, 5_000])
})

test('three quick tries, then patience up to half an hour; Retry-After may ask for more', () => {
  const waits = [1, 2, 3, 4, 5, 20].map(failures => retryAfterMs(failures, undefined, 1))
  expect(waits).toEqual([2_000, 2_000, 30_000, 60_000, 120_000, 1_800_000])
  expect(retryAfterMs(1, undefined, 0)).toBe(1_000)
  expect(retryAfterMs(1, 300, 0)).toBe(300_000)
})

test('seconds with a comment, and without sense', () => {
  expect(['120 (maintenance)', ' 5', '99999999999', 'x', undefined].map(seconds)).toEqual([
    120,
    5,
    86_400,
    undefined,
    undefined,
  ])
})
