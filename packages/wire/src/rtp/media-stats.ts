import { oneWayCauses, type OneWayCause } from './one-way-audio.ts'
import { figure } from './stream-memory.ts'

/** What a stream has seen so far. Counts are packets unless the name says otherwise. */
export interface MediaStats {
  sent: number
  /** Of the present source, duplicates apart. */
  received: number
  lost: number
  /** Came after they had been given up; not played. */
  late: number
  duplicated: number
  /** From sources that are not the far end; dropped. */
  strangers: number
  /** No RTP, or of a codec that was not agreed. */
  malformed: number
  /** Of a protected stream: not authentic, or heard before; dropped. */
  unauthentic: number
  /** Interarrival jitter (RFC 3550 A.8). */
  jitterMs: number
  /** Of the last report that carried one; 0 before. */
  roundTripMs: number
  /** Longest time between two packets received. */
  maxGapMs: number
  /** What half, and 99 of 100, of these times stay within; brought up to date once a second. */
  gapP50Ms: number
  gapP99Ms: number
  /** Times that queued audio ran dry and came back within 200 ms. */
  underruns: number
  /** Slots of 20 ms in which the machine was too late to send. */
  skippedSlots: number
  /** Frames made up for lost ones. */
  concealed: number
  /** Frames that came faster than time, or that the main thread was too slow to take. */
  dropped: number
  sendErrors: number
  /** Reports in which the far end told of our packets: before the first one what follows says nothing. */
  farReports: number
  /** What the far end's last report said of our packets: lost since the beginning, share lost of late (0–1), jitter. */
  farLost: number
  farLossShare: number
  farJitterMs: number
  /** Why one direction is dead; told within 5 s, and null while both flow. */
  oneWay: OneWayCause | null
}

export function readStats(numbers: Float64Array): MediaStats {
  const read = (name: keyof typeof figure): number => numbers[figure[name]] ?? 0
  return {
    sent: read('sent'),
    received: read('received'),
    lost: read('lost'),
    late: read('late'),
    duplicated: read('duplicated'),
    strangers: read('strangers'),
    malformed: read('malformed'),
    unauthentic: read('unauthentic'),
    jitterMs: read('jitterMs'),
    roundTripMs: read('roundTripMs'),
    maxGapMs: read('maxGapMs'),
    gapP50Ms: read('gapP50Ms'),
    gapP99Ms: read('gapP99Ms'),
    underruns: read('underruns'),
    skippedSlots: read('skippedSlots'),
    concealed: read('concealed'),
    dropped: read('dropped'),
    sendErrors: read('sendErrors'),
    farReports: read('farReports'),
    farLost: read('farLost'),
    farLossShare: read('farLossShare'),
    farJitterMs: read('farJitterMs'),
    oneWay: oneWayCauses[read('oneWay') - 1] ?? null,
  }
}
