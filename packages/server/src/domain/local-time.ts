import { Temporal } from 'temporal-polyfill'

/** What the clocks show where a person may be. */

const shape = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
} as const

/** Short names, as in "Mon, 23 Nov 2026, 13:47". `atMs`: epoch milliseconds; `zone`: IANA. */
export function timeIn(zone: string, atMs: number): string {
  return new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: zone }).format(atMs)
}

/** The different times of these zones (IANA, all known to this machine), the earliest first. */
export function timesIn(zones: readonly string[], atMs: number): readonly string[] {
  const now = Temporal.Instant.fromEpochMilliseconds(atMs)
  const byOffset = new Map(zones.map(zone => [now.toZonedDateTimeISO(zone).offsetNanoseconds, zone]))
  return [...byOffset].toSorted(([one], [other]) => one - other).map(([, zone]) => timeIn(zone, atMs))
}
