import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { isValidTicket, signTicket } from './browser-ticket.ts'
import type { CallId } from './ids.ts'

const secret = randomBytes(32)
const call = '01900000-0000-7000-8000-000000000001' as CallId
const other = '01900000-0000-7000-8000-000000000002' as CallId
const now = 1_800_000_000
const ticket = signTicket(call, { secret, now })

test.each([
  ['is good at once', call, ticket, now, true],
  ['is good for a minute', call, ticket, now + 60, true],
  ['and no longer', call, ticket, now + 61, false],
  ['opens no other call', other, ticket, now, false],
  ['can not be prolonged', call, ticket.replace(/^\d+/, String(now + 600)), now, false],
  ['is whole or nothing', call, ticket.split('.')[0] ?? '', now, false],
  ['is nothing else', call, `${ticket}.x`, now, false],
  ['is not empty', call, '', now, false],
] as const)('a ticket %s', (...[, id, text, at, valid]) => {
  expect(isValidTicket(id, text, { secret, now: at })).toBe(valid)
})

test('another key signs another ticket', () => {
  expect(isValidTicket(call, ticket, { secret: randomBytes(32), now })).toBe(false)
})
