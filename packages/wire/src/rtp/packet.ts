/**
 * RTP data packets (RFC 3550 §5.1).
 *
 *     0                   1                   2                   3
 *     V=2|P|X|  CC   |M|     PT      |        sequence number
 *                              timestamp
 *                                SSRC
 *     CSRC × CC, extension when X (§5.3.1), payload, padding when P (last byte counts it)
 *
 * Reading copies nothing: the payload is a view of the datagram and lives as long as that does.
 */

export const RTP_HEADER_BYTES = 12
/** Above any datagram that fits an Ethernet frame; larger ones are not audio of a phone call. */
export const RTP_MAX_BYTES = 1500

export interface RtpPacket {
  payloadType: number
  marker: boolean
  sequence: number
  timestamp: number
  ssrc: number
  payload: Uint8Array
}

export type RtpFault = 'too_short' | 'too_long' | 'bad_version' | 'bad_length' | 'bad_padding'

export class RtpParseError extends Error {
  readonly fault: RtpFault
  constructor(fault: RtpFault) {
    super(`not an RTP packet: ${fault}`)
    this.name = 'RtpParseError'
    this.fault = fault
  }
}

const NO_PAYLOAD = new Uint8Array(0)

/** An empty packet for `readRtp` to fill again and again. */
export function blankRtpPacket(): RtpPacket {
  return { payloadType: 0, marker: false, sequence: 0, timestamp: 0, ssrc: 0, payload: NO_PAYLOAD }
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0
const uint16At = (bytes: Uint8Array, at: number): number => (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)
const uint32At = (bytes: Uint8Array, at: number): number =>
  ((uint16At(bytes, at) << 16) | uint16At(bytes, at + 2)) >>> 0

/** Where the payload starts, or undefined where the header claims more than there is. */
function payloadStart(bytes: Uint8Array): number | undefined {
  const first = byteAt(bytes, 0)
  let at = RTP_HEADER_BYTES + (first & 0x0f) * 4
  if (first & 0x10) {
    if (at + 4 > bytes.length) return undefined
    at += 4 + uint16At(bytes, at + 2) * 4
  }
  return at <= bytes.length ? at : undefined
}

/** Fills `into` from a datagram, without allocating but for the payload view; answers the fault when it is no RTP. */
export function readRtp(bytes: Uint8Array, into: RtpPacket): RtpFault | undefined {
  if (bytes.length < RTP_HEADER_BYTES) return 'too_short'
  if (bytes.length > RTP_MAX_BYTES) return 'too_long'
  const first = byteAt(bytes, 0)
  if (first >> 6 !== 2) return 'bad_version'
  const start = payloadStart(bytes)
  if (start === undefined) return 'bad_length'
  let end = bytes.length
  if (first & 0x20) {
    const padding = byteAt(bytes, end - 1)
    if (padding === 0 || end - padding < start) return 'bad_padding'
    end -= padding
  }
  into.payloadType = byteAt(bytes, 1) & 0x7f
  into.marker = (byteAt(bytes, 1) & 0x80) !== 0
  into.sequence = uint16At(bytes, 2)
  into.timestamp = uint32At(bytes, 4)
  into.ssrc = uint32At(bytes, 8)
  into.payload = bytes.subarray(start, end)
  return undefined
}

/** Like `readRtp`, into a fresh packet, and throws `RtpParseError`. */
export function parseRtp(bytes: Uint8Array): RtpPacket {
  const packet = blankRtpPacket()
  const fault = readRtp(bytes, packet)
  if (fault) throw new RtpParseError(fault)
  return packet
}

export type RtpHeader = Omit<RtpPacket, 'payload'>

/** Writes the twelve header bytes at the start of `into`. */
export function writeRtpHeader(header: RtpHeader, into: Uint8Array): void {
  into[0] = 0x80
  into[1] = (header.marker ? 0x80 : 0) | (header.payloadType & 0x7f)
  into[2] = header.sequence >> 8
  into[3] = header.sequence
  writeUint32(into, { at: 4, value: header.timestamp })
  writeUint32(into, { at: 8, value: header.ssrc })
}

function writeUint32(into: Uint8Array, { at, value }: { at: number; value: number }): void {
  into[at] = value >>> 24
  into[at + 1] = value >>> 16
  into[at + 2] = value >>> 8
  into[at + 3] = value
}

/** A whole packet as fresh bytes. */
export function serializeRtp(packet: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(RTP_HEADER_BYTES + packet.payload.length)
  writeRtpHeader(packet, bytes)
  bytes.set(packet.payload, RTP_HEADER_BYTES)
  return bytes
}

/** RFC 5761 §4: on a shared port the second byte tells RTCP (192–223) from RTP. */
export function looksLikeRtcp(bytes: Uint8Array): boolean {
  const second = byteAt(bytes, 1)
  return bytes.length >= 8 && second >= 192 && second <= 223
}
