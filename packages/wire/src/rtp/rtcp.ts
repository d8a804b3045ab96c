/**
 * RTCP (RFC 3550 §6): sender and receiver reports, names and farewells. A datagram is a compound of
 * packets, each with this header and its length in 32-bit words less one:
 *
 *     V=2|P|  count  |   type   |   length   | SSRC …
 *
 * Written strictly; read tolerantly within the datagram: unknown types are passed over, a length that
 * leads out of the datagram ends the reading with a fault.
 */
import type { ReceptionReport } from './reception.ts'

const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const DESCRIPTION = 202
const FAREWELL = 203
const CNAME = 1
const REPORT_BLOCK_BYTES = 24
const MOST_BYTES = 1500

export interface SenderInfo {
  /** NTP time, 32 bits of seconds since 1900 and 32 bits of fraction. */
  ntpSeconds: number
  ntpFraction: number
  /** The same moment on the media clock. */
  rtpTimestamp: number
  packetCount: number
  octetCount: number
}

export interface ReportBlock extends ReceptionReport {
  /** Middle 32 bits of the NTP time of the last sender report that came; 0 for none. */
  lastSenderReport: number
  /** Since that report came, in 1/65536 s. */
  delaySinceLast: number
}

export interface OutgoingReport {
  ssrc: number
  /** Present when we have sent since the last report. */
  sender?: SenderInfo
  block?: ReportBlock
  cname: string
  farewell: boolean
}

export type RtcpPacket =
  | { type: 'sender_report'; ssrc: number; sender: SenderInfo; blocks: ReportBlock[] }
  | { type: 'receiver_report'; ssrc: number; blocks: ReportBlock[] }
  | { type: 'farewell'; ssrcs: number[] }
  | { type: 'description'; cnames: { ssrc: number; cname: string }[] }

export class RtcpParseError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RtcpParseError'
  }
}

/** One compound datagram: report, name, and farewell at the end of a stream. */
export function serializeRtcp(report: OutgoingReport): Uint8Array {
  const parts = [reportPacket(report), descriptionPacket(report.ssrc, report.cname)]
  if (report.farewell) parts.push(packet(FAREWELL, 1, word(report.ssrc)))
  return Buffer.concat(parts)
}

function packet(type: number, count: number, body: Buffer): Buffer {
  const header = Buffer.from([0x80 | count, type, 0, 0])
  header.writeUInt16BE(body.length / 4, 2)
  return Buffer.concat([header, body])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

function words(...values: number[]): Buffer {
  return Buffer.concat(values.map(word))
}

function reportPacket({ ssrc, sender, block }: OutgoingReport): Buffer {
  const info = sender
    ? words(sender.ntpSeconds, sender.ntpFraction, sender.rtpTimestamp, sender.packetCount, sender.octetCount)
    : Buffer.alloc(0)
  const blocks = block ? blockBytes(block) : Buffer.alloc(0)
  return packet(
    sender ? SENDER_REPORT : RECEIVER_REPORT,
    block ? 1 : 0,
    Buffer.concat([word(ssrc), info, blocks]),
  )
}

function blockBytes(block: ReportBlock): Buffer {
  // 24 bits, signed; we never report fewer than none.
  const lost = Math.min(0x7f_ffff, block.cumulativeLost)
  return words(
    block.ssrc,
    (block.fractionLost << 24) | lost,
    block.highestSequence,
    block.jitter,
    block.lastSenderReport,
    block.delaySinceLast,
  )
}

function descriptionPacket(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname, 'utf8').subarray(0, 255)
  const item = Buffer.concat([word(ssrc), Buffer.from([CNAME, name.length]), name])
  // The list of items ends with at least one zero, up to the next word.
  const padding = Buffer.alloc(4 - (item.length % 4))
  return packet(DESCRIPTION, 1, Buffer.concat([item, padding]))
}

/** Reads a compound datagram; throws `RtcpParseError` when it is none. */
export function parseRtcp(datagram: Uint8Array): RtcpPacket[] {
  if (datagram.length > MOST_BYTES) throw new RtcpParseError('longer than any RTCP datagram')
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.length)
  const packets: RtcpPacket[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw new RtcpParseError('ends within a header')
    if (bytes.readUInt8(at) >> 6 !== 2) throw new RtcpParseError('not version 2')
    const end = at + 4 + 4 * bytes.readUInt16BE(at + 2)
    if (end > bytes.length) throw new RtcpParseError('claims more than there is')
    const read = readPacket(bytes.subarray(at, end))
    if (read) packets.push(read)
    at = end
  }
  return packets
}

function readPacket(bytes: Buffer): RtcpPacket | undefined {
  const count = bytes.readUInt8(0) & 0x1f
  switch (bytes.readUInt8(1)) {
    case SENDER_REPORT:
      return readSenderReport(bytes, count)
    case RECEIVER_REPORT:
      return { type: 'receiver_report', ssrc: at32(bytes, 4), blocks: readBlocks(bytes, { at: 8, count }) }
    case FAREWELL:
      return { type: 'farewell', ssrcs: Array.from({ length: count }, (_, i) => at32(bytes, 4 + 4 * i)) }
    case DESCRIPTION:
      return { type: 'description', cnames: readNames(bytes, count) }
    default:
      return undefined
  }
}

function readSenderReport(bytes: Buffer, count: number): RtcpPacket {
  const sender: SenderInfo = {
    ntpSeconds: at32(bytes, 8),
    ntpFraction: at32(bytes, 12),
    rtpTimestamp: at32(bytes, 16),
    packetCount: at32(bytes, 20),
    octetCount: at32(bytes, 24),
  }
  return { type: 'sender_report', ssrc: at32(bytes, 4), sender, blocks: readBlocks(bytes, { at: 28, count }) }
}

function readBlocks(bytes: Buffer, { at, count }: { at: number; count: number }): ReportBlock[] {
  return Array.from({ length: count }, (_, i) => {
    const start = at + i * REPORT_BLOCK_BYTES
    const losses = at32(bytes, start + 4)
    return {
      ssrc: at32(bytes, start),
      fractionLost: losses >>> 24,
      // Sign of the 24 bits: duplicates can make it negative.
      cumulativeLost: (losses << 8) >> 8,
      highestSequence: at32(bytes, start + 8),
      jitter: at32(bytes, start + 12),
      lastSenderReport: at32(bytes, start + 16),
      delaySinceLast: at32(bytes, start + 20),
    }
  })
}

function readNames(bytes: Buffer, count: number): { ssrc: number; cname: string }[] {
  const names: { ssrc: number; cname: string }[] = []
  let at = 4
  for (let chunk = 0; chunk < count && at + 4 <= bytes.length; chunk++) {
    const ssrc = at32(bytes, at)
    at += 4
    while (at < bytes.length && bytes.readUInt8(at) !== 0) {
      if (at + 2 > bytes.length) throw new RtcpParseError('ends within an item')
      const length = bytes.readUInt8(at + 1)
      if (at + 2 + length > bytes.length) throw new RtcpParseError('an item leads out of its packet')
      if (bytes.readUInt8(at) === CNAME)
        names.push({ ssrc, cname: bytes.toString('utf8', at + 2, at + 2 + length) })
      at += 2 + length
    }
    // Past the closing zero, to the next word.
    at += 4 - (at % 4)
  }
  return names
}

function at32(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new RtcpParseError('shorter than its count says')
  return bytes.readUInt32BE(at)
}
