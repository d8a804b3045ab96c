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

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What a clock on the wall shows there, such as `mon 09:00`, by another source than the code that is tested. */
function clockIn(zone: string, atMs: number): string {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit' })
  clocks.set(zone, clock)
  return clock.format(atMs).toLowerCase().replace(',', '')
}

/** Whether the clocks of all zones are within the window. */
function isWithin({ zones, days, from, to }: CallingWindow, atMs: number): boolean {
  return zones.every(zone => {
    const [day, time = ''] = clockIn(zone, atMs).split(' ')
    return days.some(name => name === day) && time >= from && time < to
  })
}

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

  // The hours of the law: on an ordinary day, and on those on which the clocks go forward and back.
  it.each([
    ['2026-07-01', '-04:00'],
    ['2027-03-13', '-05:00'],
    ['2027-03-14', '-04:00'],
    ['2026-10-31', '-04:00'],
    ['2026-11-01', '-05:00'],
  ])('opens at 08:00 and closes at 21:00 on %s', (day, offset) => {
    const lawful = { zones: ['America/New_York'], days: [...weekdays], from: '08:00', to: '21:00' }
    const open = (time: string) => isOpen(lawful, at(`${day}T${time}${offset}`))
    expect(['07:59:00', '07:59:59.999', '21:00:00', '21:01:00'].map(open)).toEqual(Array(4).fill(false))
    expect(['08:00:00', '20:59:00', '20:59:59.999'].map(open)).toEqual(Array(3).fill(true))
    expect(nextDial(lawful, at(`${day}T07:59:00${offset}`))).toBe(at(`${day}T08:00:00${offset}`))
    expect(nextDial(lawful, at(`${day}T21:00:00${offset}`))).toBeGreaterThan(at(`${day}T23:59:59${offset}`))
  })

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
      'opens after a time that there is not',
      {
        with: { days: ['sun'], from: '02:30', to: '05:00' },
        at: '2027-03-14T05:00:00Z',
        opens: '2027-03-14T07:00:00.000Z',
      },
    ],
    [
      'is closed where its end comes for the first time, and open again where its beginning comes twice',
      {
        with: { days: ['sun'], from: '00:30', to: '01:30' },
        at: '2026-11-01T05:45:00Z',
        opens: '2026-11-01T06:00:00.000Z',
      },
    ],
    [
      'is over where its end comes for the second time',
      {
        with: { days: ['sun'], from: '00:30', to: '01:30' },
        at: '2026-11-01T06:30:00Z',
        opens: '2026-11-08T05:30:00.000Z',
      },
    ],
    [
      'opens after a midnight that there is not',
      {
        with: { zones: ['America/Santiago'], days: ['sun'], from: '00:30', to: '09:00' },
        at: '2026-09-06T03:30:00Z',
        opens: '2026-09-06T04:00:00.000Z',
      },
    ],
    [
      'opens in the hour before midnight that comes twice',
      {
        with: { zones: ['America/Santiago'], days: ['sat'], from: '23:30', to: '24:00' },
        at: '2026-04-05T03:00:00Z',
        opens: '2026-04-05T03:30:00.000Z',
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
      'America/Santiago',
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
    // Around the changes of the clocks in the United States, Europe, Australia and Chile.
    const days = '2026-09-06 2026-10-04 2026-10-25 2026-11-01 2027-03-14 2027-03-28 2027-04-04'
    const changes = days.split(' ')
    const moment = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -3 * 86_400_000, max: 3 * 86_400_000 }))
      .map(([day, offset]) => at(`${day}T00:00:00Z`) + offset)
    let scheduled = 0
    fc.assert(
      fc.property(window, moment, fc.double({ min: 0, max: 1, noNaN: true }), (any, fromMs, share) => {
        expect(isOpen(any, fromMs)).toBe(isWithin(any, fromMs))
        const next = nextOpening(any, fromMs)
        if (next === null) return
        expect(next).toBeGreaterThanOrEqual(fromMs)
        expect(isWithin(any, next)).toBe(true)
        // Nothing that was open is passed over.
        if (next > fromMs)
          expect(isWithin(any, fromMs + Math.floor((next - fromMs) * share * 0.999))).toBe(false)
        const dial = nextDial(any, fromMs)
        if (dial === null) return
        expect(isWithin(any, dial)).toBe(true)
        scheduled += 1
      }),
      { numRuns: 10_000 },
    )
    expect(scheduled).toBeGreaterThan(5_000)
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
