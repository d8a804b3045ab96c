import { expect, test } from 'vitest'
import { isPrivate, oneWayCause, type OneWayCause, type StreamEvidence } from './one-way-audio.ts'

const silent: StreamEvidence = {
  silentMs: 4000,
  mayReceive: true,
  received: 0,
  strangers: 0,
  unreadable: 0,
  signalledHost: '198.51.100.7',
  ourHost: '203.0.113.9',
  deafReports: 0,
}

test.each<[string, Partial<StreamEvidence>, OneWayCause | undefined]>([
  ['nothing at all', {}, 'nothing_came'],
  ['too early to say', { silentMs: 3999 }, undefined],
  ['on hold we expect nothing', { mayReceive: false }, undefined],
  ['a private address in the description', { signalledHost: '192.168.1.4' }, 'private_address'],
  ['two phones of one private network', { signalledHost: '10.0.0.2', ourHost: '10.0.0.3' }, 'nothing_came'],
  ['another codec', { unreadable: 9, signalledHost: '10.0.0.2' }, 'unreadable'],
  ['heard, then silent', { received: 50 }, 'stopped'],
  ['heard, then another source', { received: 50, strangers: 40 }, 'wrong_source'],
  ['it hears nothing of ours', { silentMs: 20, deafReports: 2 }, 'not_heard'],
  ['one report may be too early', { silentMs: 20, deafReports: 1 }, undefined],
])('%s', (_, clues, cause) => {
  expect(oneWayCause({ ...silent, ...clues })).toBe(cause)
})

test('knows private addresses', () => {
  const hosts = [
    '172.31.0.1',
    '100.100.0.1',
    '169.254.1.1',
    'fd00::1',
    'fe80::1',
    '8.8.8.8',
    '172.32.0.1',
    '2001:db8::1',
    'sip.example',
  ]
  expect(hosts.map(isPrivate)).toEqual([true, true, true, true, true, false, false, false, false])
})
