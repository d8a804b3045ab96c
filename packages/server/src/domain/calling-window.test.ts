import { weekdays } from '@parley/contract/calling-window'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallingWindow, dialHoldsMs, isOpen, nextDial, nextOpening } from './calling-window.ts'

const office: CallingWindow = {
  zones: ['America/New_York'],
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '17:00',
}
const at = (time: string) => Date.parse(time)

describe('a calling window', () => {
  it.each([
    ['2026-11-30T13:59:59.999Z', false],
    ['2026-11-30T14:00:00Z', true],
    ['2026-11-30T21:59:59.999Z', true],
    ['2026-11-30T22:00:00Z', false],
    ['2026-11-29T15:00:00Z', false],
    // In summer an hour earlier.
    ['2026-07-01T13:00:00Z', true],
    ['2026-07-01T21:00:00Z', false],
  ])('%s: %s', (time, open) => expect(isOpen(office, at(time))).toBe(open))

  it.each<[string, { with?: Partial<CallingWindow>; at: string; opens: string | null }]>([
    ['is open now', { at: '2026-11-30T15:00:00Z', opens: '2026-11-30T15:00:00.000Z' }],
    ['opens later today', { at: '2026-11-30T10:00:00Z', opens: '2026-11-30T14:00:00.000Z' }],
    ['opens tomorrow', { at: '2026-11-30T22:00:00Z', opens: '2026-12-01T14:00:00.000Z' }],
    ['opens after the weekend', { at: '2026-11-27T22:00:00Z', opens: '2026-11-30T14:00:00.000Z' }],
    [
      'is open in all zones only',
      {
        with: { zones: ['America/New_York', 'America/Los_Angeles'] },
        at: '2026-11-30T15:00:00Z',
        opens: '2026-11-30T17:00:00.000Z',
      },
    ],
    [
      'never opens',
      { with: { zones: ['Asia/Tokyo', 'America/New_York'] }, at: '2026-11-30T15:00:00Z', opens: null },
    ],
    [
      'lasts to midnight',
      { with: { from: '20:00', to: '24:00' }, at: '2026-12-01T04:59:59Z', opens: '2026-12-01T04:59:59.000Z' },
    ],
    [
      'skips a time that there is not',
      {
        with: { days: ['sun'], from: '02:30', to: '05:00' },
        at: '2027-03-14T05:00:00Z',
        opens: '2027-03-14T07:30:00.000Z',
      },
    ],
  ])('%s', (_, { with: more, at: time, opens: expected }) => {
    const next = nextOpening({ ...office, ...more }, at(time))
    expect(next === null ? null : new Date(next).toISOString()).toBe(expected)
  })

  it('never lets a call out while it is closed, whatever the clocks do', () => {
    const zones = [
      'America/New_York',
      'America/Phoenix',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    ]
    const times = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
    const window = fc
      .record({
        zones: fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1, maxLength: 3 }),
        days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
        between: fc.uniqueArray(times, { minLength: 2, maxLength: 2 }).map(pair => pair.toSorted()),
      })
      .map(({ between: [from = '', to = ''], ...rest }) => ({ ...rest, from, to }))
    // Around the changes of the clocks in the United States, Europe and Australia.
    const changes = ['2026-10-25', '2026-11-01', '2027-03-14', '2027-03-28', '2027-04-04', '2026-10-04']
    const moment = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -3 * 86_400_000, max: 3 * 86_400_000 }))
      .map(([day, offset]) => at(`${day}T00:00:00Z`) + offset)
    fc.assert(
      fc.property(window, moment, (any, fromMs) => {
        const next = nextOpening(any, fromMs)
        if (next === null) return
        expect(next).toBeGreaterThanOrEqual(fromMs)
        expect(isOpen(any, next)).toBe(true)
      }),
      { numRuns: 10_000 },
    )
  }, 60_000)
})

describe('a call that is about to be dialled', () => {
  const day: CallingWindow = { zones: ['America/New_York'], days: [...weekdays], from: '09:00', to: '21:00' }

  it.each([
    ['in the middle of the day', '2026-07-01T12:00:00-04:00', '2026-07-01T12:00:00-04:00'],
    ['as the window opens', '2026-07-01T09:00:00-04:00', '2026-07-01T09:00:00-04:00'],
    ['too late to leave in time', '2026-07-01T20:59:55-04:00', '2026-07-02T09:00:00-04:00'],
    ['the evening before the clocks go forward', '2026-03-07T22:00:00-05:00', '2026-03-08T09:00:00-04:00'],
    ['the evening before they go back', '2026-10-31T22:00:00-04:00', '2026-11-01T09:00:00-05:00'],
  ])('%s', (_, at, dial) => {
    expect(nextDial(day, Date.parse(at))).toBe(Date.parse(dial))
  })

  it.each([
    ['2026-07-01T12:00:00-04:00', 10_000],
    ['2026-07-01T20:59:45-04:00', 5_000],
    ['2026-07-01T20:59:49.900-04:00', 100],
  ])('at %s may be dialled without another look for %d ms', (at, holdsMs) => {
    const atMs = Date.parse(at)
    expect(nextDial(day, atMs)).toBe(atMs)
    expect(dialHoldsMs(day, atMs)).toBe(holdsMs)
    expect(isOpen(day, atMs + holdsMs + 9_999)).toBe(true)
  })
})
