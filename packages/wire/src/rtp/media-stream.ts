/** One stream as the main thread sees it: queue audio, hear frames, know what has been played. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Bed } from '../audio/mixer.ts'
import { MOST_DIGITS, unsendableDigit } from './digit-slots.ts'
import { Listeners } from './listeners.ts'
import { MarkLedger, type MarkReport } from './mark-ledger.ts'
import type { ToThread } from './media-messages.ts'
import { readStats, type MediaStats } from './media-stats.ts'
import { monotonicMs } from './monotonic.ts'
import type { OneWayCause } from './one-way-audio.ts'
import type { StreamMedia } from './negotiated-media.ts'
import {
  figure,
  FRAME_MS,
  FRAME_SAMPLES,
  heardKind,
  NO_SLOT,
  NO_TAP,
  QUEUE_MS,
  slotWord,
  viewStreamMemory,
  word,
  type StreamMemory,
} from './stream-memory.ts'
import { TapAssembler, type TapListener } from './tap-assembler.ts'
import { digitOfEvent } from './telephone-event.ts'

const SAMPLES_PER_MS = 8
/** How long the media thread may take to let go of a stream. */
const CLOSE_MS = 1000

/** More was queued than two minutes: whoever writes so far ahead of time has lost touch with the call. */
export class PlayoutOverflow extends RangeError {
  constructor() {
    super(`over ${QUEUE_MS / 1000} s of audio would wait to be played`)
    this.name = 'PlayoutOverflow'
  }
}

/** What a stream needs of its engine. */
export interface StreamLink {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly memory: SharedArrayBuffer
  post(message: ToThread): void
  listenerFailed(error: unknown): void
  closed(): void
}

interface PromiseSettlers {
  resolve: () => void
  reject: (reason: unknown) => void
}

export type FrameListener = (frame: Uint8Array, atMs: number) => void
export type DigitListener = (digit: string, atMs: number) => void
export type MarkListener = (name: string, atMs: number, cleared: boolean) => void
export type StallListener = (sinceMs: number, cause: OneWayCause) => void

export class LiveMediaStream implements AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly #link: StreamLink
  readonly #memory: StreamMemory
  readonly #marks = new MarkLedger()
  readonly #frame = new Uint8Array(FRAME_SAMPLES)
  readonly #tap: TapAssembler
  readonly #onFrame: Listeners<Parameters<FrameListener>>
  readonly #onDigit: Listeners<Parameters<DigitListener>>
  readonly #onMark: Listeners<Parameters<MarkListener>>
  readonly #onStall: Listeners<Parameters<StallListener>>
  readonly #onTap: Listeners<Parameters<TapListener>>
  readonly #digitRequests = new Map<number, PromiseSettlers>()
  readonly #threadClosed = Promise.withResolvers<void>()
  #lastRequest = 0
  #isStarted = false
  #closing: Promise<void> | undefined

  constructor(link: StreamLink) {
    this.host = link.host
    this.port = link.port
    this.#link = link
    this.#memory = viewStreamMemory(link.memory)
    const failed = (error: unknown): void => link.listenerFailed(error)
    this.#onFrame = new Listeners(failed)
    this.#onDigit = new Listeners(failed)
    this.#onMark = new Listeners(failed)
    this.#onStall = new Listeners(failed)
    this.#onTap = new Listeners(failed)
    this.#tap = new TapAssembler((heard, played, atMs) => this.#onTap.tell(heard, played, atMs))
  }

  get positionMs(): number {
    if (Atomics.load(this.#memory.words, word.started) === 0) return 0
    return Math.max(0, monotonicMs() - (this.#memory.numbers[figure.startedAt] ?? 0))
  }

  get queuedMs(): number {
    const { play, words } = this.#memory
    const clearedTo = Atomics.load(words, word.clearTo)
    const waiting = Math.min(play.length, (play.writePosition - clearedTo) | 0)
    return waiting / SAMPLES_PER_MS
  }

  start(media: StreamMedia): void {
    // Only what the thread needs: descriptions may carry things that can not be cloned.
    const { remote, codec, telephoneEvent, telephoneEventRate, direction, rtcp, srtp, opus } = media
    const plain: StreamMedia = {
      remote: { ...remote },
      codec: { name: codec.name, payloadType: codec.payloadType },
      direction,
    }
    if (telephoneEvent !== undefined) plain.telephoneEvent = telephoneEvent
    if (telephoneEventRate !== undefined) plain.telephoneEventRate = telephoneEventRate
    if (opus) plain.opus = { ...opus }
    if (rtcp) plain.rtcp = { ...rtcp }
    if (srtp) plain.srtp = { send: { ...srtp.send }, receive: { ...srtp.receive } }
    if (this.#closing) return
    this.#isStarted = true
    this.#link.post({ type: 'start', stream: this.#link.id, media: plain })
  }

  onFrame(listener: FrameListener): void {
    this.#onFrame.add(listener)
  }

  onDigit(listener: DigitListener): void {
    this.#onDigit.add(listener)
  }

  onTap(listener: TapListener): void {
    this.#onTap.add(listener)
  }

  onMark(listener: MarkListener): void {
    this.#onMark.add(listener)
  }

  onStall(listener: StallListener): void {
    this.#onStall.add(listener)
  }

  write(audio: Uint8Array): void {
    if (this.#closing || audio.length === 0) return
    const isTooMuch = this.queuedMs + audio.length / SAMPLES_PER_MS > QUEUE_MS
    if (isTooMuch || !this.#memory.play.write(audio)) throw new PlayoutOverflow()
    this.#breakSilence()
  }

  mark(name: string): void {
    const clears = Atomics.load(this.#memory.words, word.clearCount)
    this.#marks.add({ name, position: this.#memory.play.writePosition, clears })
    this.#awaitMark()
    if (this.#closing) this.#report(this.#marks.end(this.positionMs))
  }

  clear(): void {
    const { words, play } = this.#memory
    Atomics.store(words, word.clearTo, play.writePosition)
    Atomics.add(words, word.clearCount, 1)
  }

  gain(db: number): void {
    Atomics.store(this.#memory.words, word.gain, Math.round(db * 100))
  }

  background(bed: Bed | null): void {
    this.#link.post({ type: 'bed', stream: this.#link.id, bed })
  }

  async sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const unsendable = unsendableDigit(digits)
    if (unsendable !== undefined) throw new RangeError(`not a digit: ${JSON.stringify(unsendable)}`)
    if (digits.length > MOST_DIGITS) throw new RangeError(`more than ${MOST_DIGITS} digits`)
    if (this.#closing || !this.#isStarted) throw new Error('digits need a running stream')
    if (digits === '') return
    const request = ++this.#lastRequest
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const cancel = (): void => {
      this.#link.post({ type: 'cancel_digits', stream: this.#link.id, request })
      reject(signal.reason)
    }
    signal.addEventListener('abort', cancel, { once: true })
    this.#digitRequests.set(request, { resolve, reject })
    this.#link.post({ type: 'digits', stream: this.#link.id, request, digits })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', cancel)
      this.#digitRequests.delete(request)
    }
  }

  stats(): MediaStats {
    return readStats(this.#memory.numbers)
  }

  /** Engine's side: takes what the media thread has put into the rings. */
  drain(): void {
    this.#drainHeard()
    this.#drainSlots()
  }

  /** Engine's side. */
  digitsDone(request: number): void {
    this.#digitRequests.get(request)?.resolve()
  }

  /** Engine's side. */
  stalled(sinceMs: number, cause: OneWayCause): void {
    this.#onStall.tell(sinceMs, cause)
  }

  /** Engine's side: the thread has let go of the stream, or is no more. */
  threadClosed(): void {
    this.#threadClosed.resolve()
    const over = new Error('the stream was closed before all digits were sent')
    for (const { reject } of this.#digitRequests.values()) reject(over)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const endMs = this.positionMs
    this.#link.post({ type: 'close', stream: this.#link.id })
    const deadline = new AbortController()
    await Promise.race([
      this.#threadClosed.promise,
      wait(CLOSE_MS, undefined, { signal: deadline.signal }).catch(() => undefined),
    ])
    deadline.abort()
    this.drain()
    this.#report(this.#marks.end(endMs))
    this.threadClosed()
    this.#link.closed()
  }

  /** Audio for a silent line goes out at once; less than a slot of it waits, for the rest of the slot would be silence. */
  #breakSilence(): void {
    const { words } = this.#memory
    if (Atomics.load(words, word.idle) === 0 || this.queuedMs < FRAME_MS) return
    if (Atomics.exchange(words, word.idle, 0) === 1) this.#link.post({ type: 'speak', stream: this.#link.id })
  }

  #drainHeard(): void {
    const { heard } = this.#memory
    while (heard.peek()) {
      const { words, wordAt, bytes, byteAt } = heard
      const atMs = (words[wordAt + 1] ?? 0) / SAMPLES_PER_MS
      const digit = words[wordAt] === heardKind.digit ? digitOfEvent(words[wordAt + 2] ?? -1) : undefined
      this.#frame.set(bytes.subarray(byteAt, byteAt + FRAME_SAMPLES))
      heard.release()
      if (digit === undefined) this.#onFrame.tell(this.#frame, atMs)
      else this.#onDigit.tell(digit, atMs)
    }
  }

  #drainSlots(): void {
    const ring = this.#memory.slots
    while (ring.peek()) {
      const { words, wordAt } = ring
      const slot = words[wordAt + slotWord.slot] ?? NO_SLOT
      const tapSlot = words[wordAt + slotWord.tapSlot] ?? NO_TAP
      if (slot !== NO_SLOT) this.#settleMarks(slot, words, wordAt)
      if (tapSlot !== NO_TAP) this.#tap.push(tapSlot, ring.bytes, ring.byteAt)
      ring.release()
    }
  }

  #settleMarks(slot: number, words: Int32Array, at: number): void {
    const clears = words[at + slotWord.cleared] ?? 0
    const from = words[at + slotWord.clearedFrom] ?? 0
    const to = words[at + slotWord.clearedTo] ?? 0
    const startMs = slot * FRAME_MS - (words[at + slotWord.lead] ?? 0)
    if (clears > 0) this.#report(this.#marks.cleared({ clears, from, to, atMs: startMs }))
    this.#report(this.#marks.played(words[at + slotWord.playRead] ?? 0, startMs + FRAME_MS))
    this.#awaitMark()
  }

  /** Waking this thread is dear: the media thread does it for the slot that reaches the next mark only. */
  #awaitMark(): void {
    const { nextPosition } = this.#marks
    if (nextPosition !== undefined) Atomics.store(this.#memory.words, word.markAt, nextPosition)
    Atomics.store(this.#memory.words, word.marked, nextPosition === undefined ? 0 : 1)
  }

  #report(reports: readonly MarkReport[]): void {
    for (const { name, atMs, cleared } of reports) this.#onMark.tell(name, atMs, cleared)
  }
}
