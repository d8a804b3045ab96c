/** Carries the RTCP of one stream: when to report, where to, and from whom reports are taken. */
import { randomUUID } from 'node:crypto'
import type { Incoming } from './incoming.ts'
import type { Source } from './latch.ts'
import type { StreamMedia } from './negotiated-media.ts'
import type { Outgoing } from './outgoing.ts'
import { REPORT_EVERY_MS, ReportSession, type FarReception } from './report-session.ts'
import { FRAME_MS } from './stream-memory.ts'

const SAMPLES_PER_MS = 8
const REPORT_SLOTS = REPORT_EVERY_MS / FRAME_MS

export interface ReportLinkParts {
  outgoing: Outgoing
  incoming: Incoming
  transmit: (datagram: Uint8Array, to: Source) => void
}

export class ReportLink {
  // A name that says nothing about machine or call (RFC 7022 §4.2).
  readonly #session = new ReportSession(randomUUID())
  readonly #parts: ReportLinkParts
  #media: StreamMedia
  /** Where the far end's own reports come from, once one has. */
  #heardFrom: Source | undefined
  #nextSlot = REPORT_SLOTS / 2

  constructor(media: StreamMedia, parts: ReportLinkParts) {
    this.#media = media
    this.#parts = parts
  }

  get roundTripMs(): number {
    return this.#session.roundTripMs
  }

  /** What the far end says of our packets. */
  get far(): FarReception {
    return this.#session.far
  }

  use(media: StreamMedia): void {
    this.#media = media
    this.#heardFrom = undefined
  }

  /** Sends a report when it is time; every slot asks. `leadMs`: how long before its time the slot is served. */
  serve(slot: number, leadMs: number): void {
    if (slot < this.#nextSlot) return
    this.#nextSlot = slot + Math.round(REPORT_SLOTS * (0.5 + Math.random()))
    this.#send({ slot, leadMs, farewell: false })
  }

  /** The last report, which says that the stream is over. */
  sayFarewell(slot: number): void {
    this.#send({ slot, leadMs: 0, farewell: true })
  }

  /** False for strangers and for what is no RTCP. */
  receive(datagram: Uint8Array, source: Source): 'taken' | 'stranger' | 'malformed' {
    const isKnown =
      source.host === this.#parts.incoming.latch.destination.host || source.host === this.#media.rtcp?.host
    if (!isKnown) return 'stranger'
    const unixMs = unixNowMs()
    if (!this.#session.receive(datagram, { unixMs, ssrc: this.#parts.outgoing.ssrc })) return 'malformed'
    this.#heardFrom ??= source
    return 'taken'
  }

  #send({ slot, leadMs, farewell }: { slot: number; leadMs: number; farewell: boolean }): void {
    const to = this.#destination()
    if (!to) return
    const { outgoing, incoming, transmit } = this.#parts
    const { ssrc, packetCount, octetCount } = outgoing
    const sent = {
      ssrc,
      packetCount,
      octetCount,
      timestamp: (outgoing.timestampOf(slot) - leadMs * SAMPLES_PER_MS * outgoing.unitsPerSample) >>> 0,
      unitsPerSample: outgoing.unitsPerSample,
    }
    transmit(this.#session.report(sent, incoming.reception, { unixMs: unixNowMs(), farewell }), to)
  }

  #destination(): Source | undefined {
    if (this.#heardFrom) return this.#heardFrom
    const { latch } = this.#parts.incoming
    const { host, port } = latch.destination
    const signalled = this.#media.rtcp
    // Behind a NAT what was signalled leads nowhere; the port above the one we hear may.
    if (signalled && signalled.port > 0 && host === this.#media.remote.host) return signalled
    return port > 0 && port < 65_535 && host !== '0.0.0.0' ? { host, port: port + 1 } : undefined
  }
}

/** Finer than `Date.now()`: a round trip in the same building is under a millisecond. */
function unixNowMs(): number {
  return performance.timeOrigin + performance.now()
}
