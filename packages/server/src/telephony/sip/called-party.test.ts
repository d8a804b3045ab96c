import { expect, it } from 'vitest'
import { callerOf, partyOf } from './called-party.ts'

it.each([
  ['sip:+18005551234@pbx.example:5060;user=phone', '+18005551234'],
  ['sip:18005551234@192.0.2.1', '+18005551234'],
  ['sip:0018005551234@192.0.2.1', '+18005551234'],
  ['sip:%2B18005551234;npdi=yes@192.0.2.1', '+18005551234'],
  ['"Reception" <sip:+1-800-555-1234@192.0.2.1;transport=tcp>', '+18005551234'],
  ['<tel:+1.800.555.1234;phone-context=x>', '+18005551234'],
  ['sip:reception@192.0.2.1', 'reception'],
  ['sip:192.0.2.1', ''],
  ['', ''],
])('%s is %s', (uri, party) => {
  expect(partyOf(uri)).toBe(party)
})

it.each([
  ['<sip:anonymous@anonymous.invalid>', undefined, null],
  ['<sip:anonymous@anonymous.invalid>', '<sip:+14155551234@carrier.example>', '+14155551234'],
  ['"Bob" <sip:4155551234@x>', undefined, '+4155551234'],
])('the caller %s asserted as %s is %s', (from, asserted, caller) => {
  expect(callerOf(from, asserted)).toBe(caller)
})
