import { setTimeout as sleep } from 'node:timers/promises'
import { decodeMulaw, MULAW_SILENCE } from '@parley/wire/audio/g711'
import { Mixer } from '@parley/wire/audio/mixer'
import { pcm16ToBytes } from '@parley/wire/audio/pcm16'
import { Resampler } from '@parley/wire/audio/resample'
import { unsendableDigit } from '@parley/wire/rtp/digit-slots'
import type { Leg, LegEvent, LegStats, Speaker } from '../port.ts'
import { AudioQueue } from './audio-queue.ts'
import { readBrowserMessage, type ToBrowser } from './browser-messages.ts'
import { browserHz, lineHz, Microphone } from './microphone.ts'

/** A browser's connection once it has proved itself. */
export interface BrowserSocket {
  send(message: string | Uint8Array): void
  /** Bytes that the network has not taken. */
  readonly waitingBytes: number
  close(reason: string): void
  /** One taker. */
  take(taker: { audio(bytes: Uint8Array): void; text(text: string): void; closed(): void }): void
}

const frameMs = 20
const frameBytes = 160
const bytesPerMs = 8
const mostQueuedBytes = 120_000 * bytesPerMs
/** A second of audio that nobody takes: the talk is over, whatever the browser thinks. */
const mostWaitingBytes = browserHz * 2
/** A pause of our own that is longer is not caught up with. */
const mostLateFrames = 10
const mostMalformed = 20
const stallMs = 5_000
const msPerDigit = 200
const pauseMs: Readonly<Record<string, number>> = { w: 500, W: 1_000 }

/** A person at a browser: audio by WebSocket, on a clock of ours that starts when they have joined. */
export class BrowserLeg implements Leg {
  readonly providerCallId: string
  /** The browser notices by itself that we are gone. */
  readonly lifeline = null
  readonly speaker: Speaker
  readonly #socket: BrowserSocket
  readonly #originMs = performance.now()
  readonly #queue = new AudioQueue(mostQueuedBytes)
  readonly #mixer = new Mixer()
  readonly #microphone = new Microphone()
  readonly #resampler = new Resampler(lineHz, browserHz)
  readonly #heardFrame = new Uint8Array(frameBytes)
  readonly #playedFrame = new Uint8Array(frameBytes)
  readonly #over = new AbortController()
  readonly #early: LegEvent[] = []
  #listener: ((event: LegEvent) => void) | undefined
  #hear: ((frame: Uint8Array, atMs: number) => void) | undefined
  #tap: ((heard: Uint8Array, played: Uint8Array, atMs: number) => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #slot = 0
  #sent = 0
  #malformed = 0
  #lastAudioMs = 0
  #stalls = 0
  #maxGapMs = 0
  #endedAtMs: number | undefined

  constructor(socket: BrowserSocket, callId: string) {
    this.#socket = socket
    this.providerCallId = callId
    this.speaker = this.#openSpeaker()
    socket.take({
      audio: bytes => this.#takeAudio(bytes),
      text: text => this.#takeText(text),
      closed: () => this.#end({ by: 'callee', detail: 'The browser left' }),
    })
    this.#tell({ type: 'ready', call_id: callId, sample_rate_hz: browserHz, frame_ms: frameMs })
    this.#await()
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
  }

  tap(sink: (heard: Uint8Array, played: Uint8Array, atMs: number) => void): void {
    this.#tap = sink
  }

  /** Shown by the browser; nothing there could hear tones. */
  async sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const unsendable = unsendableDigit(digits)
    if (unsendable !== undefined) throw new RangeError(`not a digit: ${JSON.stringify(unsendable)}`)
    if (this.#endedAtMs !== undefined) throw new Error('the call is over')
    this.#tell({ type: 'digits', digits })
    const lastsMs = Array.from(digits).reduce((sum, digit) => sum + (pauseMs[digit] ?? msPerDigit), 0)
    await sleep(lastsMs, undefined, { signal: AbortSignal.any([signal, this.#over.signal]) })
  }

  async hangUp(): Promise<void> {
    this.#end(null)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp()
  }

  stats(): LegStats {
    return {
      packetsSent: this.#sent,
      packetsReceived: this.#microphone.received,
      packetsLost: 0,
      packetsLate: this.#microphone.late,
      jitterMs: 0,
      roundTripMs: null,
      maxGapMs: Math.round(this.#maxGapMs),
      far: null,
      // A page may close its microphone as it likes.
      oneWay: null,
    }
  }

  #openSpeaker(): Speaker {
    const queue = this.#queue
    return {
      write: audio => {
        if (this.#endedAtMs === undefined && !queue.write(audio))
          throw new RangeError('over 120 s of audio would wait to be played')
      },
      mark: name => {
        queue.mark(name)
        if (this.#endedAtMs !== undefined) this.#tellCleared()
      },
      clear: () => {
        if (this.#endedAtMs === undefined) this.#tell({ type: 'flush' })
        this.#tellCleared()
      },
      get queuedMs() {
        return queue.length / bytesPerMs
      },
      gain: db => this.#mixer.setGain(db),
      background: bed => this.#mixer.setBed(bed),
    }
  }

  /** Absolute deadlines: lateness never adds up. */
  #await(): void {
    const dueMs = this.#originMs + (this.#slot + 1) * frameMs
    this.#timer = setTimeout(() => this.#beat(), Math.max(0, dueMs - performance.now()))
  }

  #beat(): void {
    const due = Math.floor(this.positionMs / frameMs)
    const skipped = due - this.#slot - mostLateFrames
    for (; this.#slot < due && this.#endedAtMs === undefined; this.#slot++)
      this.#passFrame(skipped > 0 && this.#slot < due - mostLateFrames)
    if (this.#endedAtMs !== undefined) return
    const stalls = Math.floor((this.positionMs - this.#lastAudioMs) / stallMs)
    if (stalls > this.#stalls) this.#emit({ type: 'stalled', sinceMs: stalls * stallMs })
    this.#stalls = stalls
    this.#await()
  }

  /** One slot of the clock, both ways. A lapsed one is silent: nobody can hear the past. */
  #passFrame(lapsed: boolean): void {
    const atMs = this.#slot * frameMs
    this.#playedFrame.fill(MULAW_SILENCE)
    if (!lapsed) {
      this.#queue.take(this.#playedFrame)
      this.#mixer.mix(this.#playedFrame)
      this.#socket.send(pcm16ToBytes(this.#resampler.push(decodeMulaw(this.#playedFrame))))
      this.#sent += 1
    }
    this.#microphone.read(this.#heardFrame)
    for (const name of this.#queue.passedMarks()) {
      this.#tell({ type: 'mark', name })
      this.#emit({ type: 'mark', name, atMs: atMs + frameMs, cleared: false })
    }
    this.#tap?.(this.#heardFrame, this.#playedFrame, atMs)
    this.#hear?.(this.#heardFrame, atMs)
    if (this.#socket.waitingBytes > mostWaitingBytes)
      this.#end({ by: 'line', detail: 'The browser does not take the audio' })
  }

  #takeAudio(bytes: Uint8Array): void {
    if (this.#endedAtMs !== undefined) return
    if (!this.#microphone.accept(bytes)) return this.#noteMalformed()
    const nowMs = this.positionMs
    if (this.#microphone.received > 1) this.#maxGapMs = Math.max(this.#maxGapMs, nowMs - this.#lastAudioMs)
    this.#lastAudioMs = nowMs
  }

  #takeText(text: string): void {
    if (this.#endedAtMs !== undefined) return
    const message = readBrowserMessage(text)
    if (message === null) return this.#noteMalformed()
    if (message.type === 'digit') this.#emit({ type: 'digit', digit: message.digit, atMs: this.positionMs })
    if (message.type === 'end') this.#end({ by: 'callee', detail: 'The browser hung up' })
  }

  /** One odd message is no reason to drop a person, a stream of them is. */
  #noteMalformed(): void {
    this.#malformed += 1
    if (this.#malformed > mostMalformed)
      this.#end({ by: 'line', detail: 'The browser sends what can not be understood' })
  }

  #end(told: { by: 'callee' | 'line'; detail: string } | null): void {
    if (this.#endedAtMs !== undefined) return
    this.#tell({ type: 'end', reason: told?.detail ?? 'The call is over' })
    this.#endedAtMs = this.positionMs
    clearTimeout(this.#timer)
    this.#over.abort(new Error('the call is over'))
    this.#tellCleared()
    this.#socket.close('over')
    if (told) this.#emit({ type: 'hung_up', ...told, atMs: this.#endedAtMs })
  }

  #tellCleared(): void {
    for (const name of this.#queue.clear())
      this.#emit({ type: 'mark', name, atMs: this.positionMs, cleared: true })
  }

  #tell(message: ToBrowser): void {
    this.#socket.send(JSON.stringify(message))
  }

  #emit(event: LegEvent): void {
    if (this.#listener) this.#listener(event)
    else this.#early.push(event)
  }
}
