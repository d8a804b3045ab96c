import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import { BYTES_PER_MS, FRAME_BYTES } from './frame.ts'

/**
 * What the callee says, put onto the media clock. Chunks are ordered by their number, duplicates dropped, and
 * laid end to end; our own clock governs where they are. When nothing comes for a while, silence is laid in
 * its place, so that whoever listens for the end of a sentence hears it; audio that then arrives although its
 * place is taken is dropped. A line that lags behind for seconds (a slower clock, a chunk that was lost
 * before it reached the vendor) is brought back by a frame of silence. Pure: told the time.
 */

/** A missing chunk is waited for this long, in milliseconds: it is on its way on the same connection. */
const REORDER_MS = 80
const MOST_HELD = 8
/** After so long without audio, silence is laid, in milliseconds. */
const IDLE_MS = 500
/** So long between two polls is a pause of our own, in milliseconds. */
const AWAY_MS = 150
/** How far audio may run ahead of the clock, in bytes: it comes in bursts. */
const AHEAD_BYTES = 100 * BYTES_PER_MS
/** Over so many chunks, about 5 s, the least lag tells the true one. */
const LAG_WINDOW = 250
const MOST_LAG_BYTES = 30 * BYTES_PER_MS
/** A number further off than this is no reordering: the vendor counts anew. */
const MOST_CHUNK_JUMP = 200

export interface HeardSinks {
  /** 160 bytes, and the place of the first on the media clock, in samples. Valid during the call only. */
  frame(frame: Uint8Array, at: number): void
  /** The same audio as soon as its place is known. */
  samples(samples: Uint8Array, at: number): void
}

interface HeldChunk {
  readonly chunk: number
  readonly audio: Uint8Array
  readonly sinceMs: number
}

const silence = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE)

export class HeardTrack {
  readonly #sinks: HeardSinks
  readonly #frame = new Uint8Array(FRAME_BYTES)
  readonly #held: HeldChunk[] = []
  #filled = 0
  /** Place of the next sample; undefined before the first. */
  #next: number | undefined
  #expected: number | undefined
  #polledAtMs = 0
  #leastLag = Number.POSITIVE_INFINITY
  #chunksInWindow = 0
  late = 0
  lost = 0

  constructor(sinks: HeardSinks) {
    this.#sinks = sinks
  }

  accept(audio: Uint8Array, chunk: number | null, nowMs: number): void {
    if (chunk === null) return this.#lay(audio, nowMs)
    const expected = this.#expected ?? chunk
    const jump = chunk - expected
    if (Math.abs(jump) > MOST_CHUNK_JUMP) this.#giveUpWaiting(nowMs)
    else if (jump < 0) {
      this.late += 1
      return
    } else if (jump > 0) return this.#hold({ chunk, audio, sinceMs: nowMs })
    this.#expected = chunk + 1
    this.#lay(audio, nowMs)
    this.#layHeld(nowMs)
  }

  /** To be called every 20 ms or so: ends waiting, and lays silence where nothing comes. */
  poll(nowMs: number): void {
    const oldest = this.#held[0]
    if (oldest && nowMs - oldest.sinceMs >= REORDER_MS) this.#giveUpWaiting(nowMs)
    // After a pause of our own process, what it kept from being read says nothing about the line.
    const wasAway = nowMs - this.#polledAtMs > AWAY_MS
    this.#polledAtMs = nowMs
    if (wasAway) return
    const now = Math.floor(nowMs * BYTES_PER_MS)
    if (this.#next === undefined && now < IDLE_MS * BYTES_PER_MS) return
    this.#next ??= 0
    while (now - this.#next >= IDLE_MS * BYTES_PER_MS) this.#place(silence)
  }

  #hold(chunk: HeldChunk): void {
    if (this.#held.some(held => held.chunk === chunk.chunk)) {
      this.late += 1
      return
    }
    this.#held.push(chunk)
    if (this.#held.length > MOST_HELD) this.#giveUpWaiting(chunk.sinceMs)
  }

  #layHeld(nowMs: number): void {
    this.#held.sort((a, b) => a.chunk - b.chunk)
    for (let first = this.#held[0]; first && first.chunk <= (this.#expected ?? 0); first = this.#held[0]) {
      this.#held.shift()
      if (first.chunk < (this.#expected ?? 0)) continue
      this.#expected = first.chunk + 1
      this.#lay(first.audio, nowMs)
    }
  }

  #giveUpWaiting(nowMs: number): void {
    for (const { chunk, audio } of this.#held.splice(0).toSorted((a, b) => a.chunk - b.chunk)) {
      this.lost += Math.max(0, chunk - (this.#expected ?? chunk))
      this.#expected = chunk + 1
      this.#lay(audio, nowMs)
    }
  }

  #lay(audio: Uint8Array, nowMs: number): void {
    const now = Math.floor(nowMs * BYTES_PER_MS)
    this.#next ??= Math.max(0, now - audio.length)
    if (this.#next + audio.length > now + AHEAD_BYTES) {
      this.late += 1
      return
    }
    this.#place(audio)
    this.#noteLag(now - this.#next)
  }

  #noteLag(lag: number): void {
    this.#leastLag = Math.min(this.#leastLag, lag)
    if (++this.#chunksInWindow < LAG_WINDOW) return
    if (this.#leastLag > MOST_LAG_BYTES) this.#place(silence)
    this.#leastLag = Number.POSITIVE_INFINITY
    this.#chunksInWindow = 0
  }

  #place(audio: Uint8Array): void {
    const at = this.#next ?? 0
    this.#sinks.samples(audio, at)
    for (let taken = 0; taken < audio.length; ) {
      const count = Math.min(audio.length - taken, FRAME_BYTES - this.#filled)
      this.#frame.set(audio.subarray(taken, taken + count), this.#filled)
      this.#filled += count
      taken += count
      if (this.#filled < FRAME_BYTES) continue
      this.#filled = 0
      this.#sinks.frame(this.#frame, at + taken - FRAME_BYTES)
    }
    this.#next = at + audio.length
  }
}
