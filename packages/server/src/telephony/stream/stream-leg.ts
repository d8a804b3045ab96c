import type { Leg, LegEvent, LegStats, Speaker } from '../port.ts'
import type { CallEnded, CallIds, StreamMessage, Vendor } from '../vendor.ts'
import { type DigitSender, openDigitSender } from './digit-sender.ts'
import type { MediaConnection } from './expected-calls.ts'
import { BYTES_PER_MS, FRAME_MS } from './frame.ts'
import { policyViolation } from './greet.ts'
import { HeardTrack } from './heard-track.ts'
import { writeLifeline } from './lifeline.ts'
import { Playout } from './playout.ts'
import type { Pulse } from './pulse.ts'
import { Reception } from './reception.ts'
import { Tape, type TapSink } from './tape.ts'

export interface StreamLegDeps {
  readonly vendor: Vendor
  readonly ids: CallIds
  readonly media: MediaConnection
  readonly pulse: Pulse
  /** Nobody needs the call any more; unless it is over, it is ended at the vendor. Bounded, never rejects. */
  release(isOver: boolean): Promise<void>
  sendDigitsByRest(digits: string, signal: AbortSignal): Promise<void>
}

/** Messages that cannot be understood before the connection is given up. */
const mostMalformed = 20
const stallMs = 5_000
/** What is heard before anybody listens or records is kept for so long: a second of 20 ms slots. */
const mostEarlySlots = 50

/** An answered call whose audio goes over a vendor's WebSocket. */
export class StreamLeg implements Leg {
  readonly providerCallId: string
  readonly lifeline: string
  readonly speaker: Speaker
  readonly #deps: StreamLegDeps
  readonly #originMs = performance.now()
  readonly #playout: Playout
  readonly #heard: HeardTrack
  readonly #tape: Tape
  readonly #reception = new Reception()
  readonly #digits: DigitSender
  readonly #early: LegEvent[] = []
  readonly #leavePulse: () => void
  #listener: ((event: LegEvent) => void) | undefined
  #earlyFrames: { frame: Uint8Array; atMs: number }[] = []
  #hear: ((frame: Uint8Array, atMs: number) => void) | undefined
  #tap: TapSink | undefined
  #malformed = 0
  #sent = 0
  #stalls = 0
  #endedAtMs: number | undefined
  #vendorSaysOver = false
  #over: Promise<void> | undefined

  constructor(deps: StreamLegDeps) {
    this.#deps = deps
    this.providerCallId = deps.ids.live ?? deps.ids.placed ?? ''
    this.lifeline = writeLifeline(deps.vendor.name, deps.ids)
    this.#tape = new Tape((heard, played, atMs) => this.#tap?.(heard, played, atMs))
    this.#heard = new HeardTrack({
      frame: (frame, at) => this.#heardFrame(frame, at / BYTES_PER_MS),
      samples: (samples, at) => this.#tape.writeHeard(samples, at),
    })
    this.#playout = this.#openPlayout()
    this.#digits = openDigitSender(deps, {
      playout: this.#playout,
      position: () => this.positionMs,
      send: text => deps.media.socket.send(text),
    })
    this.speaker = this.#openSpeaker()
    this.#leavePulse = deps.pulse.ride(() => this.#beat())
    deps.media.socket.take({
      message: text => this.#receive(text),
      closed: clean => this.#connectionClosed(clean),
    })
  }

  get positionMs(): number {
    return this.#endedAtMs ?? performance.now() - this.#originMs
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener
    for (const event of this.#early.splice(0)) listener(event)
  }

  hear(sink: (frame: Uint8Array, atMs: number) => void): void {
    this.#hear = sink
    for (const { frame, atMs } of this.#earlyFrames) sink(frame, atMs)
    this.#earlyFrames = []
  }

  tap(sink: TapSink): void {
    this.#tap = sink
  }

  async sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    if (this.#endedAtMs !== undefined) throw new Error('the call is over')
    await this.#digits.send(digits, signal)
  }

  /** The vendor's word that the call is over, from a callback. */
  ended({ by, meaning }: CallEnded): void {
    this.#vendorSaysOver = true
    this.#end({ by: by === 'callee' ? 'callee' : 'line', detail: meaning })
  }

  stats(): LegStats {
    return {
      packetsSent: this.#sent,
      packetsReceived: this.#reception.received,
      packetsLost: this.#heard.lost,
      packetsLate: this.#heard.late,
      jitterMs: this.#reception.jitterMs,
      roundTripMs: this.#deps.media.socket.roundTripMs,
      maxGapMs: this.#reception.maxGapMs,
      far: null,
      oneWay: this.#reception.oneWay(this.positionMs),
    }
  }

  hangUp(): Promise<void> {
    this.#over ??= this.#hangUp()
    return this.#over
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp()
  }

  async #hangUp(): Promise<void> {
    this.#end(null)
    try {
      await this.#deps.release(this.#vendorSaysOver)
    } finally {
      this.#deps.media.socket.close(1000, 'over')
    }
  }

  #openPlayout(): Playout {
    const { socket, codec } = this.#deps.media
    return new Playout({
      frame: (frame, slot) => {
        this.#sent += 1
        this.#tape.writePlayed(slot, frame)
        socket.send(codec.media(frame))
      },
      mark: wireName => socket.send(codec.mark(wireName)),
      clear: () => socket.send(codec.clear()),
      erased: slot => this.#tape.erasePlayedFrom(slot),
      reached: mark => this.#emit({ type: 'mark', ...mark }),
      digitsDone: request => this.#digits.played(request),
    })
  }

  #openSpeaker(): Speaker {
    const playout = this.#playout
    const position = () => this.positionMs
    const isOver = () => this.#endedAtMs !== undefined
    return {
      write: audio => {
        if (!isOver()) playout.write(audio, position())
      },
      mark: name => {
        playout.mark(name, position())
        if (isOver()) playout.end(position())
      },
      clear: () => playout.clear(position()),
      get queuedMs() {
        return playout.queuedMs(position())
      },
      gain: db => playout.setGain(db),
      background: bed => playout.setBed(bed),
    }
  }

  #beat(): void {
    const nowMs = this.positionMs
    this.#playout.pump(nowMs)
    this.#heard.poll(nowMs)
    const slot = Math.floor(nowMs / FRAME_MS)
    if (this.#tap !== undefined || slot > mostEarlySlots) this.#tape.advance(slot)
    const stalls = Math.floor((nowMs - this.#reception.lastAtMs) / stallMs)
    if (stalls > this.#stalls) this.#emit({ type: 'stalled', sinceMs: stalls * stallMs })
    this.#stalls = stalls
  }

  #heardFrame(frame: Uint8Array, atMs: number): void {
    if (this.#hear) this.#hear(frame, atMs)
    else if (this.#earlyFrames.length < mostEarlySlots) this.#earlyFrames.push({ frame: frame.slice(), atMs })
  }

  #receive(text: string): void {
    if (this.#endedAtMs !== undefined) return
    const message = this.#read(text)
    if (message === null) return
    const nowMs = this.positionMs
    switch (message.type) {
      case 'media':
        this.#reception.note(nowMs)
        return this.#heard.accept(message.audio, message.chunk, nowMs)
      case 'digit':
        return this.#emit({ type: 'digit', digit: message.digit, atMs: nowMs })
      case 'mark':
        return this.#playout.played(message.name, nowMs)
      case 'stop':
        return this.#end({ by: 'callee', detail: 'The call is over' })
      case 'start':
      case 'error':
        return
    }
  }

  #read(text: string): StreamMessage | null {
    try {
      return this.#deps.media.codec.read(text)
    } catch {
      // Counted and bounded: one odd message is no reason to drop a person, a stream of them is.
      this.#malformed += 1
      if (this.#malformed > mostMalformed) this.#deps.media.socket.close(policyViolation, 'not understood')
      return null
    }
  }

  #connectionClosed(clean: boolean): void {
    const means = clean && !this.#deps.vendor.capabilities.saysStop
    if (means) this.#end({ by: 'callee', detail: 'The call is over' })
    else this.#end({ by: 'line', detail: 'The media connection broke' })
  }

  /** Stops the clock; `end` is null when it is we who hang up. */
  #end(end: { by: 'callee' | 'line'; detail: string } | null): void {
    if (this.#endedAtMs !== undefined) return
    const atMs = this.positionMs
    this.#playout.end(atMs)
    this.#tape.erasePlayedFrom(Math.floor(atMs / FRAME_MS) + 1)
    this.#endedAtMs = atMs
    this.#leavePulse()
    this.#tape.end(Math.floor(atMs / FRAME_MS) + 1)
    this.#digits.end()
    if (end !== null) this.#emit({ type: 'hung_up', ...end, atMs })
  }

  #emit(event: LegEvent): void {
    if (this.#listener) this.#listener(event)
    else this.#early.push(event)
  }
}
