/** What a string of digits does to the coming slots of 20 ms: keypad events (RFC 4733), or tones where none were agreed. */
import { encodeMulaw } from '../audio/g711.ts'
import { keypadTone, makeTone } from '../audio/tone.ts'
import { eventOfDigit } from './telephone-event.ts'
import { FRAME_SAMPLES } from './stream-memory.ts'

export type DigitSlot =
  | { kind: 'event'; event: number; first: boolean; end: boolean; duration: number }
  | { kind: 'tone'; frame: Uint8Array }
  | { kind: 'pause' }

/** Digits that one request may hold, pauses included. */
export const MOST_DIGITS = 200
const TONE_SLOTS = 5
const GAP_SLOTS = 5
/** RFC 4733 §2.5.1.4: the end is sent three times, for it must not be lost. */
const END_REPEATS = 2
const PAUSE_SLOTS: Readonly<Record<string, number>> = { w: 25, W: 50 }
const TONE_AMPLITUDE = 0.22

/** The first character that is neither digit nor pause, or undefined when all can be sent. */
export function unsendableDigit(digits: string): string | undefined {
  for (const character of digits)
    if (eventOfDigit(character) === undefined && PAUSE_SLOTS[character] === undefined) return character
  return undefined
}

/** 100 ms of tone and 100 ms of gap per digit; `w` pauses for 500 ms and `W` for 1 s. */
export function digitSlots(digits: string, asEvents: boolean): DigitSlot[] {
  const slots: DigitSlot[] = []
  for (const character of digits) {
    const event = eventOfDigit(character)
    if (event === undefined) addPause(slots, PAUSE_SLOTS[character] ?? 0)
    else if (asEvents) addEvent(slots, event)
    else addTone(slots, character)
  }
  return slots
}

function addPause(slots: DigitSlot[], count: number): void {
  for (let i = 0; i < count; i++) slots.push({ kind: 'pause' })
}

function addEvent(slots: DigitSlot[], event: number): void {
  for (let i = 0; i < TONE_SLOTS + END_REPEATS; i++) {
    const tone = Math.min(i + 1, TONE_SLOTS)
    slots.push({
      kind: 'event',
      event,
      first: i === 0,
      end: tone === TONE_SLOTS,
      duration: tone * FRAME_SAMPLES,
    })
  }
  addPause(slots, GAP_SLOTS - END_REPEATS)
}

function addTone(slots: DigitSlot[], digit: string): void {
  const frequenciesHz = keypadTone(digit.toUpperCase()) ?? []
  const tone = makeTone({
    frequenciesHz,
    durationMs: TONE_SLOTS * 20,
    sampleRateHz: 8000,
    amplitude: TONE_AMPLITUDE,
  })
  const bytes = encodeMulaw(tone)
  for (let i = 0; i < TONE_SLOTS; i++)
    slots.push({ kind: 'tone', frame: bytes.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES) })
  addPause(slots, GAP_SLOTS)
}
