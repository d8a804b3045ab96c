/**
 * Our RTCP for one stream: what to report, and what the far end's reports tell (RFC 3550 §6.4). Decides
 * and computes; sockets and timers are the session's. Wall-clock time is given in Unix ms.
 */
import { middleOfNtp, ntpTime } from './ntp-time.ts'
import type { Reception } from './reception.ts'
import { parseRtcp, RtcpParseError, serializeRtcp, type ReportBlock, type RtcpPacket } from './rtcp.ts'

/** RFC 3550 §6.2 asks for at least 5 s, varied by half so that reports of many calls do not coincide. */
export const REPORT_EVERY_MS = 5000
/** A round trip beyond this is a far end that answers with nonsense. */
const LONGEST_ROUND_TRIP_MS = 30_000

export interface Sent {
  ssrc: number
  packetCount: number
  octetCount: number
  /** RTP timestamp of now. */
  timestamp: number
}

export class ReportSession {
  /** Of the last report that allowed to measure it; 0 before. */
  roundTripMs = 0
  readonly #cname: string
  #lastReport = 0
  #lastReportCameMs = 0
  #packetsReported = -1

  constructor(cname: string) {
    this.#cname = cname
  }

  /** The next compound datagram. */
  report(
    sent: Sent,
    reception: Reception,
    { unixMs, farewell }: { unixMs: number; farewell: boolean },
  ): Uint8Array {
    const { seconds, fraction } = ntpTime(unixMs)
    const hasSent = sent.packetCount > Math.max(0, this.#packetsReported)
    this.#packetsReported = sent.packetCount
    const sender = {
      ntpSeconds: seconds,
      ntpFraction: fraction,
      rtpTimestamp: sent.timestamp,
      packetCount: sent.packetCount,
      octetCount: sent.octetCount,
    }
    return serializeRtcp({
      ssrc: sent.ssrc,
      cname: this.#cname,
      farewell,
      ...(hasSent ? { sender } : {}),
      ...(reception.started ? { block: this.#block(reception, unixMs) } : {}),
    })
  }

  /** Takes a datagram of the far end; false when it is no RTCP. */
  receive(datagram: Uint8Array, { unixMs, ssrc }: { unixMs: number; ssrc: number }): boolean {
    try {
      for (const packet of parseRtcp(datagram)) this.#learn(packet, { unixMs, ssrc })
      return true
    } catch (error) {
      if (error instanceof RtcpParseError) return false
      throw error
    }
  }

  #block(reception: Reception, unixMs: number): ReportBlock {
    const delayMs = this.#lastReport === 0 ? 0 : Math.max(0, unixMs - this.#lastReportCameMs)
    const delaySinceLast = Math.min(0xffff_ffff, Math.round(delayMs * 65.536))
    return { ...reception.report(), lastSenderReport: this.#lastReport, delaySinceLast }
  }

  #learn(packet: RtcpPacket, { unixMs, ssrc }: { unixMs: number; ssrc: number }): void {
    if (packet.type !== 'sender_report' && packet.type !== 'receiver_report') return
    if (packet.type === 'sender_report') {
      const { ntpSeconds: seconds, ntpFraction: fraction } = packet.sender
      this.#lastReport = middleOfNtp({ seconds, fraction })
      this.#lastReportCameMs = unixMs
    }
    for (const block of packet.blocks) if (block.ssrc === ssrc) this.#measure(block, unixMs)
  }

  /** RFC 3550 §6.4.1: now − when our report left − how long the far end kept it. */
  #measure({ lastSenderReport, delaySinceLast }: ReportBlock, unixMs: number): void {
    if (lastSenderReport === 0) return
    const units = (middleOfNtp(ntpTime(unixMs)) - lastSenderReport - delaySinceLast) | 0
    const roundTripMs = units / 65.536
    // Rounding may take a loopback's trip a little below zero.
    if (roundTripMs > -2 && roundTripMs < LONGEST_ROUND_TRIP_MS) this.roundTripMs = Math.max(0, roundTripMs)
  }
}
