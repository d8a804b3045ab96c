import type { Bed } from '@parley/wire/audio/mixer'
import type { Leg, LegEvent, LegStats } from '../../src/telephony/port.ts'

const frameMs = 20
const frameBytes = 160

/** A stretch of the agent's audio that was really played; `tone` is the byte it is made of. */
export interface Played {
  readonly tone: number
  readonly fromMs: number
  toMs: number
}

type Queued = { type: 'audio'; bytes: Uint8Array } | { type: 'mark'; name: string }

/** A phone line without a network: plays in virtual time what is written to it, and remembers it. */
export class ScriptedLeg implements Leg {
  readonly providerCallId = 'scripted'
  lifeline: string | null = null
  readonly played: Played[] = []
  /** How loud the agent was made, and when. */
  readonly gains: { readonly db: number; readonly atMs: number }[] = []
  bed: Bed | null = null
  readonly speaker = {
    write: (audio: Uint8Array) => void this.#queue.push({ type: 'audio', bytes: audio }),
    mark: (name: string) => void this.#queue.push({ type: 'mark', name }),
    clear: () => this.#clear(),
    queuedMs: 0,
    gain: (db: number) => void this.gains.push({ db, atMs: this.positionMs }),
    background: (bed: Bed | null) => void (this.bed = bed),
  }
  positionMs = 0
  /** Keys that our side pressed. */
  readonly pressed: { readonly digits: string; readonly atMs: number }[] = []
  keysFault: string | null = null
  /** When our side hung up. */
  hungUpAtMs: number | null = null
  /** End of the last sound; a mark tells when what stands before it was played, however late it is set. */
  #playedToMs = 0
  #tone = 0xff
  #queue: Queued[] = []
  /** What comes from the callee next. */
  #sounds: Uint8Array = new Uint8Array(0)
  #listener: (event: LegEvent) => void = () => undefined
  #sink: (frame: Uint8Array, atMs: number) => void = () => undefined
  readonly #pace: NodeJS.Timeout

  constructor() {
    const queuedMs = () => this.#queuedMs()
    Object.defineProperty(this.speaker, 'queuedMs', { get: queuedMs })
    this.#pace = setInterval(() => this.#playFrame(), frameMs)
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener
  }

  hear(sink: (frame: Uint8Array, atMs: number) => void): void {
    this.#sink = sink
  }

  tap(): void {}

  async sendDigits(digits: string): Promise<void> {
    if (this.keysFault !== null) throw new Error(this.keysFault)
    this.pressed.push({ digits, atMs: this.positionMs })
  }

  async hangUp(): Promise<void> {
    this.hungUpAtMs ??= this.positionMs
    clearInterval(this.#pace)
  }

  stats(): LegStats {
    return {
      packetsSent: 0,
      packetsReceived: 0,
      packetsLost: 0,
      packetsLate: 0,
      jitterMs: 0,
      roundTripMs: null,
      maxGapMs: 0,
      far: null,
      oneWay: null,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp()
  }

  /** What the network or the callee does. */
  happens(event: LegEvent): void {
    if (event.type === 'hung_up') clearInterval(this.#pace)
    this.#listener(event)
  }

  press(digits: string): void {
    for (const digit of digits) this.happens({ type: 'digit', digit, atMs: this.positionMs })
  }

  /** From now on the callee's frames are made of this byte. */
  speaks(tone: number): void {
    this.#tone = tone
  }

  /** The callee's side makes these sounds from now on; µ-law. */
  sounds(audio: Uint8Array): void {
    this.#sounds = audio
  }

  /** The network takes no more audio from us. */
  stopsPlaying(): void {
    clearInterval(this.#pace)
  }

  #queuedMs(): number {
    const bytes = this.#queue.reduce((sum, one) => sum + (one.type === 'audio' ? one.bytes.length : 0), 0)
    return bytes / 8
  }

  #playFrame(): void {
    const fromMs = this.positionMs
    this.#tellMarks()
    let left = frameBytes
    for (let next = this.#queue[0]; left > 0 && next?.type === 'audio'; next = this.#queue[0]) {
      this.#remember(next.bytes[0] ?? 0, fromMs)
      this.#playedToMs = fromMs + frameMs
      const taken = Math.min(left, next.bytes.length)
      left -= taken
      if (taken === next.bytes.length) this.#queue.shift()
      else this.#queue[0] = { type: 'audio', bytes: next.bytes.subarray(taken) }
      if (this.#queue[0]?.type === 'mark') break
    }
    this.positionMs += frameMs
    this.#tellMarks()
    const frame = new Uint8Array(frameBytes).fill(this.#tone)
    frame.set(this.#sounds.subarray(0, frameBytes))
    this.#sounds = this.#sounds.subarray(frameBytes)
    this.#sink(frame, fromMs)
  }

  #tellMarks(): void {
    for (let next = this.#queue[0]; next?.type === 'mark'; next = this.#queue[0]) {
      this.#queue.shift()
      this.#listener({ type: 'mark', name: next.name, atMs: this.#playedToMs, cleared: false })
    }
  }

  #clear(): void {
    const dropped = this.#queue
    this.#queue = []
    const atMs = this.positionMs
    queueMicrotask(() => {
      for (const one of dropped)
        if (one.type === 'mark') this.#listener({ type: 'mark', name: one.name, atMs, cleared: true })
    })
  }

  #remember(tone: number, fromMs: number): void {
    const latest = this.played.at(-1)
    if (latest?.tone === tone && latest.toMs >= fromMs) latest.toMs = fromMs + frameMs
    else this.played.push({ tone, fromMs, toMs: fromMs + frameMs })
  }
}
