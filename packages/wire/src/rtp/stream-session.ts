/** One stream inside the media thread: its sockets, both directions, and what it publishes for the main thread. */
import type { Socket } from 'node:dgram'
import type { Bed } from '../audio/mixer.ts'
import type { OpusCodec } from '../audio/opus.ts'
import type { Source } from './latch.ts'
import { Incoming } from './incoming.ts'
import { mayReceive, type StreamMedia } from './negotiated-media.ts'
import { oneWayCause, oneWayCauses, type OneWayCause } from './one-way-audio.ts'
import { Outgoing, type Cleared } from './outgoing.ts'
import { looksLikeRtcp } from './packet.ts'
import type { PortPair } from './port-pair.ts'
import { ReportLink } from './report-link.ts'
import type { SessionPort } from './session-port.ts'
import { publishPairs, RecordingTape, TAPE_LAG_SLOTS } from './recording-tape.ts'
import { nextSrtpSession, type SrtpSession } from './srtp-session.ts'
import {
  figure,
  FRAME_SAMPLES,
  heardKind,
  NO_TAP,
  slotWord,
  viewStreamMemory,
  word,
  type StreamMemory,
} from './stream-memory.ts'

/** Silence of the far end that is reported, and again each time it has lasted as long. */
const STALL_MS = 5000
const SAMPLES_PER_MS = 8
const NOT_CLEARED: Cleared = { count: 0, from: 0, to: 0 }
/** How often the directions are looked at; with the time that silence must last, told within 5 s. */
const LOOK_SLOTS = 50
/** Without news, the main thread is still woken this often to take the recording. */
const QUIET_WAKE_SLOTS = 5

interface ServedSlot {
  slot: number
  leadMs: number
  cleared: Cleared | undefined
}

interface Live {
  media: StreamMedia
  outgoing: Outgoing
  incoming: Incoming
  reports: ReportLink
}

export class StreamSession {
  readonly #memory: StreamMemory
  readonly #pair: PortPair
  readonly #port: SessionPort
  readonly #tape: RecordingTape | undefined
  #live: Live | undefined
  #opus: OpusCodec | undefined
  #srtp: SrtpSession | undefined
  #bed: Bed | null = null
  #lastSlot = -1
  #stallsReported = 0
  /** Slots that were published since the main thread was woken last: whatever wakes it hands them over too. */
  #slotsUntold = 0

  constructor(memory: SharedArrayBuffer, pair: PortPair, port: SessionPort) {
    this.#memory = viewStreamMemory(memory)
    this.#pair = pair
    this.#port = port
    this.#tape = port.recordTap ? new RecordingTape() : undefined
    for (const socket of [pair.rtp, pair.rtcp]) socket.on('error', () => this.#count(figure.sendErrors))
  }

  get isStarted(): boolean {
    return this.#live !== undefined
  }

  /** Packets of this stream wait for missing ones, so `poll` must be called often. */
  get isWaiting(): boolean {
    return this.#live?.incoming.isWaiting ?? false
  }

  /** `originMs`: when slot 0 is due. `opus`: present where that is the codec; closed with the stream. */
  start(media: StreamMedia, { originMs, opus }: { originMs: number; opus?: OpusCodec | undefined }): void {
    this.#opus = opus
    const outgoing = new Outgoing(this.#memory, media, {
      transmit: packet => this.#transmit(packet),
      digitsDone: request => this.#port.digitsDone(request),
      ...(opus ? { opus } : {}),
    })
    outgoing.setBed(this.#bed)
    const incoming = new Incoming(media, {
      originMs,
      opus,
      numbers: this.#memory.numbers,
      sinks: {
        samples: (samples, at) => this.#tape?.writeHeard(samples, at),
        frame: (frame, at) => this.#publishHeard(frame, at),
        digit: (code, atMs) => this.#publishDigit(code, atMs - originMs),
      },
    })
    const reports = new ReportLink(media, {
      outgoing,
      incoming,
      transmit: (datagram, to) =>
        send(this.#pair.rtcp, this.#srtp?.sender.protectRtcp(datagram) ?? datagram, to),
    })
    this.#srtp = nextSrtpSession(undefined, media.srtp)
    this.#live = { media, outgoing, incoming, reports }
    this.#memory.numbers[figure.startedAt] = originMs
    Atomics.store(this.#memory.words, word.started, 1)
  }

  /** A new description for a stream that runs: clock, numbering and queue go on. */
  use(media: StreamMedia, opus?: OpusCodec): void {
    if (!this.#live) return
    this.#live.media = media
    if (this.#opus !== opus) this.#opus?.[Symbol.dispose]()
    this.#opus = opus
    this.#srtp = nextSrtpSession(this.#srtp, media.srtp)
    this.#live.outgoing.use(media, opus)
    this.#live.incoming.use(media, opus)
    this.#live.reports.use(media)
  }

  setBed(bed: Bed | null): void {
    this.#bed = bed
    this.#live?.outgoing.setBed(bed)
  }

  sendDigits(request: number, digits: string): void {
    if (!this.#live) return this.#port.digitsDone(request)
    const asEvents = this.#live.media.telephoneEvent !== undefined
    this.#live.outgoing.digits.add(request, { digits, asEvents })
  }

  cancelDigits(request: number): void {
    this.#live?.outgoing.digits.cancel(request)
  }

  receive(datagram: Uint8Array, source: Source, nowMs: number): void {
    if (looksLikeRtcp(datagram)) return this.receiveReport(datagram, source)
    const plain = this.#srtp ? this.#srtp.receiver.openRtp(datagram) : datagram
    if (plain) this.#live?.incoming.receive(plain, source, nowMs)
    else this.#count(figure.unauthentic)
  }

  receiveReport(datagram: Uint8Array, source: Source): void {
    if (!this.#live) return
    const { reports } = this.#live
    const plain = this.#srtp ? this.#srtp.receiver.openRtcp(datagram) : datagram
    if (!plain) return this.#count(figure.unauthentic)
    const verdict = reports.receive(plain, source)
    if (verdict === 'stranger') this.#count(figure.strangers)
    if (verdict === 'malformed') this.#count(figure.malformed)
    const { numbers } = this.#memory
    numbers[figure.roundTripMs] = reports.roundTripMs
    numbers[figure.farReports] = reports.far.reports
    numbers[figure.farLost] = reports.far.lost
    numbers[figure.farLossShare] = reports.far.lossShare
    numbers[figure.farJitterMs] = reports.far.jitterMs
  }

  /** The codec in use, for a description that wants it still. */
  get opus(): OpusCodec | undefined {
    return this.#opus
  }

  poll(nowMs: number): void {
    this.#live?.incoming.poll(nowMs)
  }

  /**
   * Serves a slot of the media clock, `leadMs` before its time; a number that jumps says that the machine stood
   * still in between.
   */
  serve(slot: number, { nowMs, leadMs }: { nowMs: number; leadMs: number }): void {
    if (!this.#live) return
    const { outgoing, incoming, reports } = this.#live
    this.#noteSkipped(slot - this.#lastSlot - 1)
    this.#lastSlot = slot
    const cleared = outgoing.applyClear()
    outgoing.send(slot)
    this.#tape?.writePlayed(outgoing.played, slot * FRAME_SAMPLES - leadMs * SAMPLES_PER_MS)
    incoming.poll(nowMs)
    this.#publishSlot({ slot, leadMs, cleared })
    reports.serve(slot, leadMs)
    this.#checkStall(nowMs)
    if (slot % LOOK_SLOTS === 0) this.#publishCause(this.#oneWayCause(nowMs))
    if (outgoing.isIdle) Atomics.store(this.#memory.words, word.idle, 1)
  }

  /** The line is silent for want of audio: what is written from now on need not wait for its slot. */
  get isIdle(): boolean {
    return this.#live?.outgoing.isIdle ?? false
  }

  /** A whole slot of audio is queued. */
  get hasAudio(): boolean {
    return this.#memory.play.length >= FRAME_SAMPLES
  }

  /** Hands out what the tape still holds, and gives the ports back. */
  close(): void {
    if (this.#tape && this.#lastSlot >= 0)
      publishPairs(this.#tape, this.#memory, this.#lastSlot + TAPE_LAG_SLOTS)
    this.#port.ring()
    if (this.#lastSlot >= 0) this.#live?.reports.sayFarewell(this.#lastSlot)
    this.#pair.rtp.close()
    this.#pair.rtcp.close()
    this.#live = undefined
    this.#opus?.[Symbol.dispose]()
    this.#opus = undefined
  }

  #transmit(packet: Uint8Array): void {
    const destination = this.#live?.incoming.latch.destination
    if (destination) send(this.#pair.rtp, this.#srtp?.sender.protectRtp(packet) ?? packet, destination)
  }

  #noteSkipped(slots: number): void {
    if (slots <= 0) return
    this.#add(figure.skippedSlots, slots)
    if (!this.#tape) return
    const next = this.#lastSlot + slots + 1
    this.#tape.jumpTo(next)
    publishPairs(this.#tape, this.#memory, next - 1)
  }

  #publishHeard(frame: Uint8Array, at: number): void {
    const { heard } = this.#memory
    if (!heard.next()) return this.#count(figure.dropped)
    heard.words[heard.wordAt] = heardKind.frame
    heard.words[heard.wordAt + 1] = at
    heard.bytes.set(frame, heard.byteAt)
    heard.publish()
    this.#ring()
  }

  #publishDigit(code: number, atMs: number): void {
    const { heard } = this.#memory
    if (!heard.next()) return
    heard.words[heard.wordAt] = heardKind.digit
    heard.words[heard.wordAt + 1] = Math.round(atMs * 8)
    heard.words[heard.wordAt + 2] = code
    heard.publish()
    this.#port.ring()
  }

  #publishSlot({ slot, leadMs, cleared }: ServedSlot): void {
    const ring = this.#memory.slots
    if (!ring.next()) return
    const { words, wordAt } = ring
    const playRead = this.#memory.play.readPosition
    const { count, from, to } = cleared ?? NOT_CLEARED
    words[wordAt + slotWord.slot] = slot
    words[wordAt + slotWord.lead] = leadMs
    words[wordAt + slotWord.playRead] = playRead
    words[wordAt + slotWord.cleared] = count
    words[wordAt + slotWord.clearedFrom] = from
    words[wordAt + slotWord.clearedTo] = to
    words[wordAt + slotWord.tapSlot] =
      this.#tape?.take(slot, { bytes: ring.bytes, at: ring.byteAt }) ?? NO_TAP
    ring.publish()
    if (cleared || ++this.#slotsUntold >= QUIET_WAKE_SLOTS || this.#isMarkReached(playRead)) this.#ring()
  }

  #isMarkReached(playRead: number): boolean {
    const { words } = this.#memory
    return Atomics.load(words, word.marked) === 1 && ((playRead - Atomics.load(words, word.markAt)) | 0) >= 0
  }

  #ring(): void {
    this.#slotsUntold = 0
    this.#port.ring()
  }

  #checkStall(nowMs: number): void {
    if (!this.#live || !mayReceive(this.#live.media)) return
    const stalls = Math.floor((nowMs - this.#live.incoming.lastPacketMs) / STALL_MS)
    if (stalls > this.#stallsReported) {
      const cause = this.#oneWayCause(nowMs)
      this.#publishCause(cause)
      this.#live.incoming.latch.reopen()
      this.#port.stalled(stalls * STALL_MS, cause ?? 'stopped')
    }
    this.#stallsReported = stalls
  }

  #oneWayCause(nowMs: number): OneWayCause | undefined {
    if (!this.#live) return undefined
    const { media, incoming, reports } = this.#live
    const { numbers } = this.#memory
    return oneWayCause({
      silentMs: nowMs - incoming.lastPacketMs,
      mayReceive: mayReceive(media),
      received: incoming.reception.received,
      strangers: numbers[figure.strangers] ?? 0,
      unreadable: (numbers[figure.malformed] ?? 0) + (numbers[figure.unauthentic] ?? 0),
      signalledHost: media.remote.host,
      ourHost: this.#port.host,
      deafReports: reports.far.deafReports,
    })
  }

  #publishCause(cause: OneWayCause | undefined): void {
    this.#memory.numbers[figure.oneWay] = cause ? oneWayCauses.indexOf(cause) + 1 : 0
  }

  #count(index: number): void {
    this.#add(index, 1)
  }

  #add(index: number, amount: number): void {
    this.#memory.numbers[index] = (this.#memory.numbers[index] ?? 0) + amount
  }
}

function send(socket: Socket, packet: Uint8Array, to: Source): void {
  socket.send(packet, to.port, to.host)
}
