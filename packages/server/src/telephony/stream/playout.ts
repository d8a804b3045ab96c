import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import { Mixer, type Bed } from '@parley/wire/audio/mixer'
import { DigitQueue } from '@parley/wire/rtp/digit-queue'
import { ByteQueue } from './byte-queue.ts'
import { BYTES_PER_MS, FRAME_BYTES, FRAME_MS } from './frame.ts'
import { type MarkReport, VendorMarks } from './vendor-marks.ts'

/**
 * What the callee is to hear. The vendor plays what it has in real time and cannot be asked how far it is, so
 * each frame that leaves is given a slot of 20 ms on our media clock, the first free one. Only a little is
 * sent ahead: enough to outlive a pause of our process, little enough that clearing is heard. Pure: told the
 * time, it says what to send.
 */

/** How far ahead of the clock audio is sent, in slots: 200 ms. */
const LEAD_SLOTS = 10
/** A bed must not run dry, and speech must not wait behind it for long. */
const BED_LEAD_SLOTS = 3
/** An incomplete frame is filled up with silence only when nothing can come before the vendor runs dry. */
const RUN_DRY_MS = 40
/** Two minutes: whoever writes so far ahead has lost touch with the call. */
const MOST_QUEUED_BYTES = 120_000 * BYTES_PER_MS

export class PlayoutOverflow extends RangeError {
  constructor() {
    super('over 120 s of audio would wait to be played')
    this.name = 'PlayoutOverflow'
  }
}

/** Where a playout sends what it decides. */
export interface PlayoutPort {
  /** 160 bytes that play in the given slot. Valid during the call only. */
  frame(frame: Uint8Array, slot: number): void
  mark(wireName: string): void
  /** The vendor shall drop what it holds. */
  clear(): void
  /** Nothing from this slot on will be played. */
  erased(fromSlot: number): void
  reached(mark: MarkReport): void
  digitsDone(request: number): void
}

export class Playout {
  readonly #port: PlayoutPort
  readonly #queue = new ByteQueue(MOST_QUEUED_BYTES)
  readonly #marks = new VendorMarks()
  readonly #digits: DigitQueue
  readonly #digitsLeaving: { request: number; endSlot: number }[] = []
  readonly #frame = new Uint8Array(FRAME_BYTES)
  readonly #mixer = new Mixer()
  /** All bytes ever written, and those that have been sent or dropped. */
  #written = 0
  #taken = 0
  /** The first slot that nothing has been sent for. */
  #nextSlot = 0
  /** The slot behind the last audio that was written: what follows it is bed. */
  #spokenEnd = 0
  /** The slot behind the last digit that was sent. */
  #digitsEnd = 0

  constructor(port: PlayoutPort) {
    this.#port = port
    this.#digits = new DigitQueue(request =>
      this.#digitsLeaving.push({ request, endSlot: this.#nextSlot + 1 }),
    )
  }

  queuedMs(nowMs: number): number {
    return this.#queue.length / BYTES_PER_MS + Math.max(0, this.#spokenEnd * FRAME_MS - nowMs)
  }

  setGain(db: number): void {
    this.#mixer.setGain(db)
  }

  setBed(bed: Bed | null): void {
    this.#mixer.setBed(bed)
  }

  write(audio: Uint8Array, nowMs: number): void {
    if (!this.#queue.write(audio)) throw new PlayoutOverflow()
    this.#written += audio.length
    this.pump(nowMs)
  }

  mark(name: string, nowMs: number): void {
    this.#marks.add(name, this.#written)
    this.pump(nowMs)
  }

  clear(nowMs: number): void {
    const now = slotOf(nowMs)
    const drops = this.#queue.length > 0 || this.#nextSlot > now + 1
    this.#queue.clear()
    this.#taken = this.#written
    // Digits that are on their way stay whole: half a number dialled is worse than a late silence.
    if (drops && this.#digitsEnd <= now) {
      this.#port.clear()
      this.#port.erased(now + 1)
      this.#nextSlot = Math.min(this.#nextSlot, now + 1)
      this.#spokenEnd = Math.min(this.#spokenEnd, this.#nextSlot)
    }
    for (const report of this.#marks.clear(nowMs)) this.#port.reached(report)
  }

  /** Tones; `done` is told when the last has been played. */
  addDigits(request: number, digits: string, nowMs: number): void {
    this.#digits.add(request, { digits, asEvents: false })
    this.pump(nowMs)
  }

  cancelDigits(request: number): void {
    this.#digits.cancel(request)
  }

  /** Sends what may be sent now, and reports what must have been played by now. */
  pump(nowMs: number): void {
    const now = slotOf(nowMs)
    this.#nextSlot = Math.max(this.#nextSlot, now)
    this.#sendMarks(nowMs)
    while (this.#nextSlot - now < LEAD_SLOTS && this.#fillFrame(nowMs)) {
      this.#port.frame(this.#frame, this.#nextSlot)
      this.#nextSlot += 1
      this.#sendMarks(nowMs)
    }
    for (const report of this.#marks.overdue(nowMs)) this.#port.reached(report)
    while (this.#digitsLeaving[0] && this.#digitsLeaving[0].endSlot <= now)
      this.#port.digitsDone(this.#digitsLeaving.shift()?.request ?? 0)
  }

  /** The vendor says that it has played up to a mark. */
  played(wireName: string, nowMs: number): void {
    for (const report of this.#marks.played(wireName, nowMs)) this.#port.reached(report)
  }

  /** The call is over: nothing that is left will be played. */
  end(nowMs: number): void {
    this.#queue.clear()
    for (const report of this.#marks.clear(nowMs)) this.#port.reached(report)
  }

  #sendMarks(nowMs: number): void {
    const endMs = Math.max(nowMs, this.#nextSlot * FRAME_MS)
    for (const wireName of this.#marks.due(this.#taken, endMs)) this.#port.mark(wireName)
  }

  #fillFrame(nowMs: number): boolean {
    const digit = this.#digits.next()
    if (digit === undefined) return this.#fillFromQueue(nowMs)
    if (digit.kind === 'tone') this.#frame.set(digit.frame)
    else this.#frame.fill(MULAW_SILENCE)
    this.#digitsEnd = this.#nextSlot + 1
    this.#spokenEnd = this.#nextSlot + 1
    return true
  }

  #fillFromQueue(nowMs: number): boolean {
    const waiting = this.#queue.length
    const runsDry = this.#nextSlot * FRAME_MS - nowMs < RUN_DRY_MS
    if (waiting === 0) return this.#fillFromBed(nowMs)
    if (waiting < FRAME_BYTES && !runsDry) return false
    const count = this.#queue.read(this.#frame)
    this.#taken += count
    if (count < FRAME_BYTES) this.#frame.fill(MULAW_SILENCE, count)
    this.#spokenEnd = this.#nextSlot + 1
    this.#mixer.mix(this.#frame)
    return true
  }

  #fillFromBed(nowMs: number): boolean {
    if (!this.#mixer.hasBed || this.#nextSlot - slotOf(nowMs) >= BED_LEAD_SLOTS) return false
    this.#frame.fill(MULAW_SILENCE)
    this.#mixer.mix(this.#frame)
    return true
  }
}

function slotOf(nowMs: number): number {
  return Math.floor(nowMs / FRAME_MS)
}
