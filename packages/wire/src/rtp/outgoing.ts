/**
 * Our side of the stream: one packet per slot, as long as we may send. Queued audio, else silence, so that
 * NATs and middle boxes see an unbroken stream. Sequence numbers have no gaps and the timestamp is exactly
 * 160 (960 for Opus) per slot of the media clock, skipped slots included, also where speech leaves before its slot's time:
 * the far end then holds it as long as it held the silence before, or less if it heeds the marker.
 */
import { randomBytes } from 'node:crypto'
import { decodeMulaw, MULAW_SILENCE, mulawBytesToAlaw } from '../audio/g711.ts'
import { G722Encoder } from '../audio/g722.ts'
import { MOST_OPUS_BYTES, type OpusCodec } from '../audio/opus.ts'
import { Mixer, type Bed } from '../audio/mixer.ts'
import { DigitQueue } from './digit-queue.ts'
import type { DigitSlot } from './digit-slots.ts'
import { maySend, unitsPerSample, type StreamMedia } from './negotiated-media.ts'
import { RTP_HEADER_BYTES, writeRtpHeader, type RtpHeader } from './packet.ts'
import { figure, FRAME_SAMPLES, word, type StreamMemory } from './stream-memory.ts'
import { EVENT_PAYLOAD_BYTES, writeTelephoneEvent } from './telephone-event.ts'

/** Audio that resumes within this many slots after running dry was torn apart: an underrun. */
const UNDERRUN_SLOTS = 10
/** A datagram may still wait in the kernel's queue when the next is built. */
const PACKET_BUFFERS = 4
const EVENT_VOLUME = 10
const EVENT_UNITS_AT_48_KHZ = 6

export interface Cleared {
  /** How many times `clear` had been asked for. */
  count: number
  /** Position up to which audio had left before. */
  from: number
  /** And from which it goes on. */
  to: number
}

export class Outgoing {
  /** What the far end hears in the current slot, as µ-law. */
  readonly played = new Uint8Array(FRAME_SAMPLES)
  readonly digits: DigitQueue
  ssrc = randomBytes(4).readUInt32BE()
  /** Nothing but silence was there to send in the last slot, though it could have been sent. */
  isIdle = false
  packetCount = 0
  octetCount = 0
  readonly #memory: StreamMemory
  readonly #transmit: (packet: Uint8Array) => void
  readonly #audioPackets: Uint8Array[]
  readonly #eventPackets: Uint8Array[]
  readonly #header: RtpHeader
  #timestampBase = randomBytes(4).readUInt32BE()
  #opusPackets: Uint8Array[] | undefined
  #opus: OpusCodec | undefined
  readonly #wideband = new G722Encoder()
  readonly #linear = new Int16Array(FRAME_SAMPLES)
  #media: StreamMedia
  #turn = 0
  #clears = 0
  readonly #mixer = new Mixer()
  #gain = 0
  #talking = false
  #dryAt = Number.NEGATIVE_INFINITY
  #eventTimestamp = 0

  constructor(
    memory: StreamMemory,
    media: StreamMedia,
    io: { transmit: (packet: Uint8Array) => void; digitsDone: (request: number) => void; opus?: OpusCodec },
  ) {
    this.#memory = memory
    this.#media = media
    this.#transmit = io.transmit
    this.#opus = io.opus
    this.digits = new DigitQueue(io.digitsDone)
    this.#audioPackets = buffers(RTP_HEADER_BYTES + FRAME_SAMPLES)
    this.#eventPackets = buffers(RTP_HEADER_BYTES + EVENT_PAYLOAD_BYTES)
    const sequence = randomBytes(2).readUInt16BE() & 0x7fff
    this.#header = { payloadType: 0, marker: true, sequence, timestamp: 0, ssrc: this.ssrc }
  }

  /** `opus`: present where that is the codec. */
  use(media: StreamMedia, opus?: OpusCodec): void {
    if (unitsPerSample(media) !== this.unitsPerSample) this.#becomeAnotherSource()
    this.#media = media
    this.#opus = opus
  }

  setBed(bed: Bed | null): void {
    this.#mixer.setBed(bed)
  }

  /** Of the timestamp, to a sample of the line. */
  get unitsPerSample(): number {
    return unitsPerSample(this.#media)
  }

  timestampOf(slot: number): number {
    return (this.#timestampBase + slot * FRAME_SAMPLES * this.unitsPerSample) >>> 0
  }

  /** Drops what `clear` asked for; undefined when nothing was asked since. */
  applyClear(): Cleared | undefined {
    const { words, play } = this.#memory
    const asked = Atomics.load(words, word.clearCount)
    if (asked === this.#clears) return undefined
    this.#clears = asked
    const from = play.readPosition
    play.skipTo(Atomics.load(words, word.clearTo))
    this.#dryAt = Number.NEGATIVE_INFINITY
    this.#talking = false
    return { count: asked, from, to: play.readPosition }
  }

  /** Sends the packet of a slot. */
  send(slot: number): void {
    this.played.fill(MULAW_SILENCE)
    this.isIdle = false
    if (!maySend(this.#media)) return
    const digit = this.digits.next()
    if (digit?.kind === 'event') this.#sendEvent(digit, slot)
    else this.#sendAudio(slot, digit)
  }

  #sendAudio(slot: number, digit: DigitSlot | undefined): void {
    if (digit?.kind === 'tone') this.played.set(digit.frame)
    else if (!digit) this.#readQueue(slot)
    const { codec } = this.#media
    this.#header.payloadType = codec.payloadType
    this.#header.timestamp = this.timestampOf(slot)
    if (codec.name === 'opus') return this.#sendOpus()
    const packet = this.#audioPackets[this.#turn++ % PACKET_BUFFERS]
    if (!packet) return
    const payload = packet.subarray(RTP_HEADER_BYTES)
    if (codec.name === 'PCMA') mulawBytesToAlaw(this.played, payload)
    else if (codec.name === 'G722') this.#wideband.encode(decodeMulaw(this.played, this.#linear), payload)
    else payload.set(this.played)
    this.#emit(packet)
  }

  #sendOpus(): void {
    this.#opusPackets ??= buffers(RTP_HEADER_BYTES + MOST_OPUS_BYTES)
    const packet = this.#opusPackets[this.#turn++ % PACKET_BUFFERS]
    const payload = this.#opus?.encode(decodeMulaw(this.played, this.#linear))
    if (!packet || !payload) return
    packet.set(payload, RTP_HEADER_BYTES)
    this.#emit(packet.subarray(0, RTP_HEADER_BYTES + payload.length))
  }

  /** RFC 7160 §4.1: who counts by another clock from now on is another source, and no one has to guess where it began. */
  #becomeAnotherSource(): void {
    this.ssrc = randomBytes(4).readUInt32BE()
    this.#header.ssrc = this.ssrc
    this.#timestampBase = randomBytes(4).readUInt32BE()
    this.packetCount = 0
    this.octetCount = 0
  }

  #readQueue(slot: number): void {
    const count = this.#memory.play.read(this.played)
    if (count > 0 && !this.#talking) {
      this.#header.marker = true
      if (slot - this.#dryAt <= UNDERRUN_SLOTS) this.#count(figure.underruns)
    }
    if (count < FRAME_SAMPLES && (count > 0 || this.#talking)) this.#dryAt = slot
    this.#talking = count === FRAME_SAMPLES
    this.isIdle = count === 0
    this.#mix()
  }

  #mix(): void {
    const gain = Atomics.load(this.#memory.words, word.gain)
    if (gain !== this.#gain) this.#mixer.setGain(gain / 100)
    this.#gain = gain
    this.#mixer.mix(this.played)
  }

  #sendEvent(digit: DigitSlot & { kind: 'event' }, slot: number): void {
    const payloadType = this.#media.telephoneEvent
    const packet = this.#eventPackets[this.#turn++ % PACKET_BUFFERS]
    // A new description may have taken the event type away in the middle of a key.
    if (payloadType === undefined || !packet) return
    if (digit.first) this.#eventTimestamp = this.timestampOf(slot)
    const units = this.#media.telephoneEventRate === undefined ? 1 : EVENT_UNITS_AT_48_KHZ
    const event = { ...digit, duration: digit.duration * units, volume: EVENT_VOLUME }
    writeTelephoneEvent(event, packet, RTP_HEADER_BYTES)
    this.#header.payloadType = payloadType
    this.#header.timestamp = this.#eventTimestamp
    this.#header.marker = digit.first
    this.#emit(packet)
  }

  #emit(packet: Uint8Array): void {
    writeRtpHeader(this.#header, packet)
    this.#header.sequence = (this.#header.sequence + 1) & 0xffff
    this.#header.marker = false
    this.packetCount++
    this.octetCount += packet.length - RTP_HEADER_BYTES
    this.#count(figure.sent)
    this.#transmit(packet)
  }

  #count(index: number): void {
    this.#memory.numbers[index] = (this.#memory.numbers[index] ?? 0) + 1
  }
}

function buffers(size: number): Uint8Array[] {
  return Array.from({ length: PACKET_BUFFERS }, () => new Uint8Array(size))
}
