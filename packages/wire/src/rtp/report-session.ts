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

const SAMPLES_PER_MS = 8
/** Of a fraction lost, in 1/256. */
const ALL_LOST = 255
const ENOUGH_PACKETS = 50

export interface Sent {
  ssrc: number
  packetCount: number
  octetCount: number
  /** RTP timestamp of now. */
  timestamp: number
  /** Of the timestamp, to a sample of the line: both directions count by the one codec's clock. */
  unitsPerSample: number
}

/** What the far end's reports say of what we sent. */
export interface FarReception {
  /** How many told of our packets. */
  reports: number
  /** Packets of ours that it lacks, since the beginning. */
  lost: number
  /** Share lost between its last two reports, 0–1. */
  lossShare: number
  jitterMs: number
  /** Reports in a row without a packet of ours. */
  deafReports: number
}

export class ReportSession {
  readonly far: FarReception = { reports: 0, lost: 0, lossShare: 0, jitterMs: 0, deafReports: 0 }
  /** Of the last report that allowed to measure it; 0 before. */
  roundTripMs = 0
  readonly #cname: string
  #lastReport = 0
  #lastReportCameMs = 0
  #packetsReported = -1
  #unitsPerSample = 1

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
    this.#unitsPerSample = sent.unitsPerSample
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
    const received = reception.report()
    const jitter = received.jitter * this.#unitsPerSample
    return { ...received, jitter, lastSenderReport: this.#lastReport, delaySinceLast }
  }

  #learn(packet: RtcpPacket, { unixMs, ssrc }: { unixMs: number; ssrc: number }): void {
    if (packet.type !== 'sender_report' && packet.type !== 'receiver_report') return
    if (packet.type === 'sender_report') {
      const { ntpSeconds: seconds, ntpFraction: fraction } = packet.sender
      this.#lastReport = middleOfNtp({ seconds, fraction })
      this.#lastReportCameMs = unixMs
    }
    const block = packet.blocks.find(one => one.ssrc === ssrc)
    if (block) {
      this.far.reports += 1
      this.far.lost = Math.max(0, block.cumulativeLost)
      this.far.lossShare = block.fractionLost / 256
      this.far.jitterMs = block.jitter / this.#unitsPerSample / SAMPLES_PER_MS
      this.#measure(block, unixMs)
    }
    // Our very first packets may be under way still.
    const isDeaf = this.#packetsReported > ENOUGH_PACKETS && (!block || block.fractionLost === ALL_LOST)
    this.far.deafReports = isDeaf ? this.far.deafReports + 1 : 0
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
