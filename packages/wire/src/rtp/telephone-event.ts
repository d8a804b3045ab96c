/**
 * Keypad digits as RTP events (RFC 4733 §2.3). Four bytes of payload, and the RTP timestamp of every
 * packet of one event is the time at which the event began.
 *
 *     event (8) | E (1) R (1) volume (6) | duration in timestamp units (16)
 */

export interface TelephoneEvent {
  /** 0–9, 10 `*`, 11 `#`, 12–15 `A`–`D`; higher codes are not digits. */
  event: number
  end: boolean
  /** Power below full scale in dBm0, 0–63; 10 is usual. */
  volume: number
  /** Since the event's timestamp, in samples. */
  duration: number
}

export const EVENT_PAYLOAD_BYTES = 4
const DIGITS = '0123456789*#ABCD'

/** The character of an event code, or undefined for codes that are no digits (flash, fax tones). */
export function digitOfEvent(event: number): string | undefined {
  return DIGITS[event]
}

/** The event code of a character, or undefined when it is no digit. */
export function eventOfDigit(digit: string): number | undefined {
  const event = digit.length === 1 ? DIGITS.indexOf(digit.toUpperCase()) : -1
  return event < 0 ? undefined : event
}

/** Reads a payload; undefined where it is too short to be an event. */
export function readTelephoneEvent(payload: Uint8Array): TelephoneEvent | undefined {
  const [event, flags, high, low] = payload
  if (event === undefined || flags === undefined || high === undefined || low === undefined) return undefined
  return { event, end: (flags & 0x80) !== 0, volume: flags & 0x3f, duration: (high << 8) | low }
}

/** Writes the four payload bytes into `into` at `at`. */
export function writeTelephoneEvent(event: TelephoneEvent, into: Uint8Array, at = 0): void {
  into[at] = event.event
  into[at + 1] = (event.end ? 0x80 : 0) | (event.volume & 0x3f)
  into[at + 2] = event.duration >> 8
  into[at + 3] = event.duration
}
