import { expect, test } from 'vitest'
import { judge, type PreflightFacts, type Verdict } from './preflight.ts'

const at = (time: string) => Date.parse(time)
/** A Monday, 9:00 in Madrid. */
const now = at('2026-03-02T08:00:00Z')
const madrid = {
  zones: ['Europe/Madrid'],
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '21:00',
} as const
const clear: PreflightFacts = {
  atMs: now,
  destination: null,
  listed: false,
  consented: true,
  window: { ...madrid },
  caps: {},
  callsToNumberMs: [],
  country: 'US',
  countries: [],
  concurrentCalls: 0,
  minutesOfHour: 0,
  minutesOfDay: 0,
  minutesLeft: null,
  suspended: false,
  minutes: 30,
}
const refused = (refusal: string, time?: string): Verdict =>
  ({ allowed: false, refusal, allowedAtMs: time === undefined ? null : at(time) }) as Verdict
const twice = { frequency: { maxCalls: 2, hours: 24 } }

test.each<[string, Partial<PreflightFacts>, Verdict]>([
  ['nothing stands in the way', {}, { allowed: true }],
  ['any time', { window: null }, { allowed: true }],
  [
    'the destination is refused',
    { destination: 'country_not_allowed', listed: true },
    refused('country_not_allowed'),
  ],
  ['listed', { listed: true, consented: false }, refused('do_not_call')],
  ['never agreed to', { consented: false, atMs: now - 60_000 }, refused('consent_missing')],
  [
    'a minute before the window opens',
    { atMs: now - 60_000 },
    refused('outside_calling_window', '2026-03-02T08:00:00Z'),
  ],
  [
    'as it closes, on a Friday',
    { atMs: at('2026-03-06T20:00:00Z') },
    refused('outside_calling_window', '2026-03-09T08:00:00Z'),
  ],
  ['nobody knows the zone', { window: { ...madrid, zones: [] } }, refused('outside_calling_window')],
  [
    'zones whose hours have nothing in common',
    { window: { ...madrid, zones: ['Europe/Madrid', 'Pacific/Auckland'], to: '10:00' } },
    refused('outside_calling_window'),
  ],
  ['one call of two', { caps: twice, callsToNumberMs: [now - 1] }, { allowed: true }],
  [
    'a cap whose end falls between two milliseconds',
    { caps: { frequency: { maxCalls: 1, hours: 0.010000000033908421 } }, callsToNumberMs: [now] },
    refused('frequency_cap_reached', '2026-03-02T08:00:36.001Z'),
  ],
  [
    'two calls of two',
    { caps: twice, callsToNumberMs: [now - 1, at('2026-03-01T12:00:00Z')] },
    refused('frequency_cap_reached', '2026-03-02T12:00:00Z'),
  ],
  [
    'the cap has room only after the window has closed',
    { caps: twice, callsToNumberMs: [now - 1, at('2026-03-01T22:00:00Z')] },
    refused('frequency_cap_reached', '2026-03-03T08:00:00Z'),
  ],
  [
    'before the window, and the cap holds longer',
    { atMs: now - 1, caps: twice, callsToNumberMs: [now - 2, at('2026-03-01T09:00:00Z')] },
    refused('outside_calling_window', '2026-03-02T09:00:00Z'),
  ],
  ['the last minutes of the day', { caps: { maxMinutesPerDay: 60 }, minutesOfDay: 30 }, { allowed: true }],
  ['a minute too many', { caps: { maxMinutesPerDay: 60 }, minutesOfDay: 31 }, refused('minutes_cap_reached')],
  ['the last place', { caps: { maxConcurrentCalls: 2 }, concurrentCalls: 1 }, { allowed: true }],
  ['no place', { caps: { maxConcurrentCalls: 2 }, concurrentCalls: 2 }, refused('concurrency_cap_reached')],
])('%s', (_name, facts, verdict) => {
  expect(judge({ ...clear, ...facts })).toEqual(verdict)
})
