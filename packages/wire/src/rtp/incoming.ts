/**
 * The far end's side of the stream: datagram → latch → order → line of samples → frames of 20 ms µ-law.
 * Runs in the media thread; everything that is decided here is decided at a given time, none is read.
 */
import { alawBytesToMulaw, decodeMulaw, encodeMulaw } from '../audio/g711.ts'
import { G722Decoder } from '../audio/g722.ts'
import type { OpusCodec } from '../audio/opus.ts'
import { KeypadDetector } from '../audio/keypad-detector.ts'
import { EventReceiver } from './event-receiver.ts'
import { Framer } from './framer.ts'
import { HeardLine, type HeardSamples } from './heard-line.ts'
import { SourceLatch, type Source } from './latch.ts'
import { mayReceive, type StreamMedia } from './negotiated-media.ts'
import { ClockDivider, OpusLine } from './opus-line.ts'
import { blankRtpPacket, readRtp, type RtpPacket } from './packet.ts'
import { Reception } from './reception.ts'
import { ReorderBuffer } from './reorder-buffer.ts'
import { figure, FRAME_SAMPLES } from './stream-memory.ts'
import { digitOfEvent, eventOfDigit, readTelephoneEvent } from './telephone-event.ts'

const PCMU = 0
const PCMA = 8
const G722 = 9
const COMFORT_NOISE = 13
const NOTHING = new Uint8Array(0)
/** Quantiles of gaps are dear to know and needed by nobody at once: about every second. */
const GAPS_BETWEEN_LOOKS = 50

type PacketKind = StreamMedia['codec']['name'] | 'event' | 'nothing'

export interface IncomingSinks {
  /** All samples, as they are placed; for the recording. */
  samples: HeardSamples
  /** The same in frames of 160. */
  frame: HeardSamples
  /** `atMs`: on the monotonic clock. */
  digit(code: number, atMs: number): void
}

export interface IncomingSetup {
  /** When the media clock began, monotonic. */
  originMs: number
  numbers: Float64Array
  sinks: IncomingSinks
  /** Present where that is the codec. */
  opus?: OpusCodec | undefined
}

export class Incoming {
  readonly latch: SourceLatch
  readonly reception = new Reception()
  /** Monotonic ms of the newest packet of this call, or of the start. */
  lastPacketMs: number
  readonly #numbers: Float64Array
  readonly #sinks: IncomingSinks
  readonly #packet = blankRtpPacket()
  readonly #line: HeardLine
  readonly #order: ReorderBuffer
  readonly #events = new EventReceiver()
  readonly #keys: KeypadDetector
  #linear: Int16Array | undefined
  #wideband = new G722Decoder()
  readonly #clock = new ClockDivider()
  #opus: OpusLine | undefined
  #media: StreamMedia

  constructor(media: StreamMedia, setup: IncomingSetup) {
    this.#media = media
    this.#numbers = setup.numbers
    this.#sinks = setup.sinks
    this.lastPacketMs = setup.originMs
    this.#keys = new KeypadDetector(key => setup.sinks.digit(eventOfDigit(key) ?? 0, this.lastPacketMs))
    this.latch = new SourceLatch(media.remote)
    this.#listenTo(setup.opus)
    const framer = new Framer(FRAME_SAMPLES, setup.sinks.frame)
    this.#line = new HeardLine(setup.originMs, (samples, at) => {
      setup.sinks.samples(samples, at)
      framer.push(samples, at)
      if (this.#media.telephoneEvent === undefined) this.#listenForKeys(samples)
    })
    this.#order = new ReorderBuffer({
      play: (packet, nowMs, afterLoss) => {
        if (packet.payloadType === COMFORT_NOISE) this.#line.hush()
        const kind = this.#kindOf(packet.payloadType)
        if (kind === 'opus') return this.#opus?.play(packet, nowMs, afterLoss)
        if (kind === 'G722') this.#narrow(packet)
        this.#line.play(packet, nowMs, afterLoss)
      },
    })
  }

  get isWaiting(): boolean {
    return this.#order.isWaiting
  }

  /** `opus`: present where that is the codec. */
  use(media: StreamMedia, opus?: OpusCodec): void {
    this.#media = media
    this.latch.signal(media.remote)
    this.#listenTo(opus)
  }

  #listenTo(codec: OpusCodec | undefined): void {
    this.#opus =
      codec &&
      new OpusLine({
        codec,
        line: { play: (packet, nowMs, afterLoss) => this.#line.play(packet, nowMs, afterLoss) },
        madeUp: () => this.#line.counts.concealed++,
        malformed: () => this.#count(figure.malformed),
      })
  }

  receive(datagram: Uint8Array, source: Source, nowMs: number): void {
    if (readRtp(datagram, this.#packet) !== undefined) return this.#count(figure.malformed)
    const kind = this.#kindOf(this.#packet.payloadType)
    if (kind === undefined) return this.#count(figure.malformed)
    if (!this.latch.admits(source.host, source.port)) return this.#count(figure.strangers)
    this.lastPacketMs = nowMs
    if (!mayReceive(this.#media)) return
    if (!this.reception.started || this.#packet.ssrc !== this.reception.ssrc) this.#newSource()
    this.#accept(kind, nowMs)
    this.#publishFigures()
  }

  /** Keys in the audio itself, where none can come as events; with both, each key would count twice. */
  #listenForKeys(samples: Uint8Array): void {
    this.#linear ??= new Int16Array(FRAME_SAMPLES)
    for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
      const part = samples.subarray(at, at + FRAME_SAMPLES)
      this.#keys.push(decodeMulaw(part, this.#linear).subarray(0, part.length))
    }
  }

  /** Gives up what waited too long, and fills silence in. To be called every few ms while `isWaiting`, else every slot. */
  poll(nowMs: number): void {
    this.#order.poll(nowMs, this.reception.jitterMs)
    this.#line.poll(nowMs)
    this.#publishFigures()
  }

  #kindOf(payloadType: number): PacketKind | undefined {
    const { codec, telephoneEvent } = this.#media
    if (payloadType === telephoneEvent) return 'event'
    if (payloadType === codec.payloadType) return codec.name
    // Static types are heard even when the other one was agreed: phones do send what they offered first.
    if (payloadType === PCMU) return 'PCMU'
    if (payloadType === PCMA) return 'PCMA'
    if (payloadType === G722) return 'G722'
    return payloadType === COMFORT_NOISE ? 'nothing' : undefined
  }

  #newSource(): void {
    this.reception.start(this.#packet.ssrc, this.#packet.sequence)
    this.#order.reset()
    this.#line.restart()
    this.#events.reset()
    this.#wideband = new G722Decoder()
    this.#opus?.restart()
    this.#clock.restart(this.#packet.timestamp)
  }

  /** G.722 can be read in order only, for each byte changes what the next one means. One byte is one sample of ours. */
  #narrow({ payload }: RtpPacket): void {
    if (payload.length > 0) encodeMulaw(this.#wideband.decode(payload), payload)
  }

  #accept(kind: PacketKind, nowMs: number): void {
    const packet = this.#packet
    const payload = packet.payload
    if (kind === 'opus') packet.timestamp = this.#clock.of(packet.timestamp)
    if (kind === 'PCMA') alawBytesToMulaw(payload, payload)
    // Events and comfort noise keep their place in the numbering, and are no audio.
    if (kind === 'event' || kind === 'nothing') packet.payload = NOTHING
    const arrival = this.#order.push(packet, nowMs)
    if (arrival === 'duplicate') return this.#count(figure.duplicated)
    if (arrival === 'suspect') return
    if (arrival === 'late') this.#count(figure.late)
    if (arrival === 'resynced') this.reception.start(packet.ssrc, packet.sequence)
    this.reception.note(packet, nowMs, kind !== 'event')
    if (kind === 'event') this.#readEvent(payload, nowMs)
  }

  #readEvent(payload: Uint8Array, nowMs: number): void {
    const event = readTelephoneEvent(payload)
    if (!event || digitOfEvent(event.event) === undefined) return
    if (this.#events.accept(this.#packet.timestamp, event)) this.#sinks.digit(event.event, nowMs)
  }

  #count(index: number): void {
    this.#numbers[index] = (this.#numbers[index] ?? 0) + 1
  }

  #publishGaps(): void {
    const { gaps } = this.reception
    this.#numbers[figure.gapP50Ms] = gaps.quantileMs(0.5)
    this.#numbers[figure.gapP99Ms] = gaps.quantileMs(0.99)
  }

  #publishFigures(): void {
    const { reception } = this
    this.#numbers[figure.received] = reception.received
    this.#numbers[figure.lost] = reception.lost
    this.#numbers[figure.jitterMs] = reception.jitterMs
    this.#numbers[figure.maxGapMs] = reception.maxGapMs
    if (reception.gaps.total % GAPS_BETWEEN_LOOKS === 1) this.#publishGaps()
    this.#numbers[figure.concealed] = this.#line.counts.concealed
    this.#numbers[figure.dropped] = this.#line.counts.dropped
  }
}
