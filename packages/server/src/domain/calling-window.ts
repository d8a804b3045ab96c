import type { Weekday } from '@parley/contract/calling-window'
import { Temporal } from 'temporal-polyfill'

/**
 * When a number may be dialled: on these days between these local times, in every one of the zones. A zone's clock
 * may be put forward or back meanwhile, so a window is worked out in instants, day by day, and never by adding hours.
 */
export interface CallingWindow {
  /** IANA; at least one. */
  readonly zones: readonly string[]
  readonly days: readonly Weekday[]
  /** Local times such as `09:00`; `to` may be `24:00`. */
  readonly from: string
  readonly to: string
}

/** From the first instant to right before the second, in epoch milliseconds. */
interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** No rule closes a window for longer than this; a window that does not open by then never does. */
const lookAheadDays = 9

const weekdayNames: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

export function isOpen(window: CallingWindow, atMs: number): boolean {
  return window.zones.every(zone => isOpenIn(zone, window, atMs))
}

/** The first instant from `atMs` on at which the window is open; null: it does not open within nine days. */
export function nextOpening(window: CallingWindow, atMs: number): number | null {
  if (isOpen(window, atMs)) return atMs
  const [first = [], ...others] = window.zones.map(zone => spansIn(zone, window, atMs))
  const common = others.reduce(intersect, first)
  const next = common.find(span => span.toMs > atMs)
  return next === undefined ? null : Math.max(next.fromMs, atMs)
}

/** A call that is allowed now leaves the machine up to so much later: a voice is opened first, and its turn waited for. */
const leavesWithinMs = 10_000
/** An answer about a call's other limits holds so long. */
const checkHoldsMs = 10_000
const minuteMs = 60_000

/** The first instant from `atMs` on at which a call may be started and still leave in time; null: none in sight. */
export function nextDial(window: CallingWindow, atMs: number): number | null {
  const openMs = nextOpening(window, atMs)
  if (openMs === null || isOpen(window, openMs + leavesWithinMs)) return openMs
  return nextOpening(window, openMs + leavesWithinMs)
}

/**
 * For how long a call that may be dialled at `atMs` may be dialled without another look, in milliseconds. Windows and
 * the offsets of zones are whole minutes, so what is open within a minute is open until the minute is over.
 */
export function dialHoldsMs(window: CallingWindow | null, atMs: number): number {
  if (window === null) return checkHoldsMs
  return Math.min(checkHoldsMs, minuteMs - ((atMs + leavesWithinMs) % minuteMs))
}

function isOpenIn(zone: string, { days, from, to }: CallingWindow, atMs: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone)
  const time = local.toPlainTime().toString({ smallestUnit: 'millisecond' })
  return days.includes(nameOf(local.dayOfWeek)) && time >= from && time < to
}

/** The window's spans in one zone, in order, from the day before. */
function spansIn(zone: string, window: CallingWindow, atMs: number): Span[] {
  const today = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).toPlainDate()
  const spans: Span[] = []
  for (let day = -1; day <= lookAheadDays; day += 1) {
    const date = today.add({ days: day })
    if (!window.days.includes(nameOf(date.dayOfWeek))) continue
    spans.push(...spansOf(date, window, zone))
  }
  return spans
}

/** A day's span; where the clocks are changed in it, one before and one after, since a time may come twice or never. */
function spansOf(date: Temporal.PlainDate, { from, to }: CallingWindow, zone: string): Span[] {
  const midnightMs = date.toZonedDateTime('UTC').epochMilliseconds
  return evenParts(date, zone).flatMap(part => {
    const beganMs = midnightMs - part.offsetMs
    const fromMs = Math.max(part.fromMs, beganMs + sinceMidnightMs(from))
    const toMs = Math.min(part.toMs, beganMs + sinceMidnightMs(to))
    return fromMs < toMs ? [{ fromMs, toMs }] : []
  })
}

/** The day in parts during which the clocks run evenly. */
function evenParts(date: Temporal.PlainDate, zone: string): (Span & { readonly offsetMs: number })[] {
  const begin = midnightOf(date, zone, 'earlier')
  const end = midnightOf(date.add({ days: 1 }), zone, 'later')
  const change =
    begin.offsetNanoseconds === end.offsetNanoseconds ? null : begin.getTimeZoneTransition('next')
  const starts = change === null ? [begin] : [begin, change]
  return starts.map((start, index) => ({
    fromMs: start.epochMilliseconds,
    toMs: (starts[index + 1] ?? end).epochMilliseconds,
    offsetMs: start.offsetNanoseconds / 1e6,
  }))
}

function midnightOf(date: Temporal.PlainDate, zone: string, disambiguation: 'earlier' | 'later') {
  return date.toPlainDateTime('00:00').toZonedDateTime(zone, { disambiguation })
}

/** On a day without a change of the clocks; `24:00` is the end of it. */
function sinceMidnightMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return (hours * 60 + minutes) * minuteMs
}

function intersect(one: readonly Span[], other: readonly Span[]): Span[] {
  return one.flatMap(a =>
    other.flatMap(b => {
      const fromMs = Math.max(a.fromMs, b.fromMs)
      const toMs = Math.min(a.toMs, b.toMs)
      return fromMs < toMs ? [{ fromMs, toMs }] : []
    }),
  )
}

/** ISO 8601 counts from Monday, 1. */
function nameOf(dayOfWeek: number): Weekday {
  return weekdayNames[dayOfWeek - 1] ?? 'mon'
}
