/**
 * What the media thread and the main thread share for one stream: three rings, a few positions and the
 * counters. Laid out here and nowhere else; both sides build the same views over one SharedArrayBuffer.
 */
import { ByteRing } from './byte-ring.ts'
import { recordRingBytes, RecordRing, type RecordShape } from './record-ring.ts'

export const FRAME_SAMPLES = 160
export const FRAME_MS = 20
/** How much unplayed audio one stream holds. */
export const QUEUE_MS = 120_000

/** Positions and flags, as indices into `words`. */
export const word = {
  playWrite: 0,
  playRead: 1,
  playBase: 2,
  /** How often `clear` was asked for, and up to which position the last time. */
  clearCount: 3,
  clearTo: 4,
  heardWrite: 5,
  heardRead: 6,
  slotWrite: 7,
  slotRead: 8,
  /** 1 once `figure.startedAt` is valid. */
  started: 9,
  /** 1 while the main thread waits for a mark, and wants to know at once of the slot that plays up to it. */
  marked: 10,
  /** 1 while the media thread plays silence for want of audio, and wants to be told of the next; whoever tells sets it back. */
  idle: 11,
  /** Position of the next mark, while there is one. */
  markAt: 12,
  /** Gain of what is played, in hundredths of a dB. */
  gain: 13,
} as const

/** Counters, as indices into `numbers`. Written by the media thread only. */
export const figure = {
  /** Monotonic ms of slot 0. */
  startedAt: 0,
  sent: 1,
  received: 2,
  lost: 3,
  late: 4,
  duplicated: 5,
  strangers: 6,
  malformed: 7,
  jitterMs: 8,
  roundTripMs: 9,
  maxGapMs: 10,
  underruns: 11,
  skippedSlots: 12,
  concealed: 13,
  dropped: 14,
  sendErrors: 15,
  gapP50Ms: 16,
  gapP99Ms: 17,
  unauthentic: 18,
  farLost: 19,
  farLossShare: 20,
  farJitterMs: 21,
  /** Place of the cause in `oneWayCauses`, from 1; 0 while both directions flow. */
  oneWay: 22,
  farReports: 23,
} as const

const WORDS = 16
const NUMBERS = 24

/** A heard frame or digit. words: kind, position in samples, digit code. */
export const HEARD_RECORD: RecordShape = { words: 4, bytes: FRAME_SAMPLES, count: 256 }
export const heardKind = { frame: 0, digit: 1 } as const

/** One slot of the media clock: how far playing has come, and an older pair of frames for the recording. */
export const SLOT_RECORD: RecordShape = { words: 8, bytes: 2 * FRAME_SAMPLES, count: 512 }
export const slotWord = {
  slot: 0,
  playRead: 1,
  cleared: 2,
  clearedFrom: 3,
  clearedTo: 4,
  tapSlot: 5,
  /** How many ms before its time the slot was served. */
  lead: 6,
} as const
/** `tapSlot` of a record that carries no pair. */
export const NO_TAP = -1
/** `slot` of the records that flush the pairs still held back when a stream ends. */
export const NO_SLOT = -1

/** Twice the queue: what is cleared leaves the ring a slot later, and must not keep new audio out. Untouched pages cost nothing. */
const PLAY_BYTES = 2 * (QUEUE_MS / FRAME_MS) * FRAME_SAMPLES
const numbersAt = WORDS * 4
const heardAt = numbersAt + NUMBERS * 8
const slotsAt = heardAt + recordRingBytes(HEARD_RECORD)
const playAt = slotsAt + recordRingBytes(SLOT_RECORD)

export interface StreamMemory {
  readonly words: Int32Array
  readonly numbers: Float64Array
  readonly heard: RecordRing
  readonly slots: RecordRing
  readonly play: ByteRing
}

export function allocateStreamMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(playAt + PLAY_BYTES)
}

export function viewStreamMemory(memory: SharedArrayBuffer): StreamMemory {
  const words = new Int32Array(memory, 0, WORDS)
  return {
    words,
    numbers: new Float64Array(memory, numbersAt, NUMBERS),
    heard: new RecordRing(memory, {
      offset: heardAt,
      shape: HEARD_RECORD,
      positions: words,
      write: word.heardWrite,
      read: word.heardRead,
    }),
    slots: new RecordRing(memory, {
      offset: slotsAt,
      shape: SLOT_RECORD,
      positions: words,
      write: word.slotWrite,
      read: word.slotRead,
    }),
    play: new ByteRing(new Uint8Array(memory, playAt, PLAY_BYTES), {
      words,
      write: word.playWrite,
      read: word.playRead,
      base: word.playBase,
    }),
  }
}
