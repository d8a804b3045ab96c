import { expect, it } from 'vitest'
import { infoDigit } from './info-digit.ts'

const relay = 'application/dtmf-relay'

it.each([
  [relay, 'Signal=5\r\nDuration=160\r\n', '5'],
  ['Application/DTMF-Relay; charset=utf-8', 'Duration=100\r\nsignal = *', '*'],
  [relay, 'Signal=11\r\nDuration=160\r\n', '#'],
  [relay, 'Signal=d', 'D'],
  ['application/dtmf', ' 7\r\n', '7'],
  [relay, 'Signal=12', null],
  [relay, 'Duration=160', null],
  [relay, 'x'.repeat(10_000), null],
  ['application/media_control+xml', '5', null],
  ['', '5', null],
])('%s with %j', (contentType, body, digit) => {
  expect(infoDigit({ contentType, body })).toBe(digit)
})
