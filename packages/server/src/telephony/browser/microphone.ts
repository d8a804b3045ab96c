import { encodeMulaw, MULAW_SILENCE } from '@parley/wire/audio/g711'
import { Resampler } from '@parley/wire/audio/resample'
import { AudioQueue } from './audio-queue.ts'

/** Rates of a browser's audio and of the port. */
export const browserHz = 16_000
export const lineHz = 8_000

const bytesPerMs = 8
/** Packets come unevenly: so much is kept in hand before the first is heard, in milliseconds. */
const inHandMs = 40
/** More is old news: the browser's clock runs ahead, or it was away and sends all at once. */
const mostMs = 240
const longestMessageBytes = 6_400

/** What a browser's microphone sends, as frames on the leg's clock. */
export class Microphone {
  readonly #queue = new AudioQueue(10_000)
  readonly #resampler = new Resampler(browserHz, lineHz)
  readonly #dropped = new Uint8Array(160)
  #flowing = false
  received = 0
  late = 0

  /** Takes the binary message of a browser; false: it is no PCM16 audio. */
  accept(message: Uint8Array): boolean {
    if (message.length === 0 || message.length % 2 !== 0 || message.length > longestMessageBytes) return false
    this.received += 1
    const samples = new Int16Array(message.length / 2)
    const view = new DataView(message.buffer, message.byteOffset, message.length)
    for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(i * 2, true)
    this.#queue.write(encodeMulaw(this.#resampler.push(samples)))
    while (this.#queue.length > mostMs * bytesPerMs) {
      this.#queue.take(this.#dropped)
      this.late += 1
    }
    return true
  }

  /** The next 20 ms; silence where there is nothing. */
  read(into: Uint8Array): void {
    into.fill(MULAW_SILENCE)
    if (!this.#flowing && this.#queue.length < inHandMs * bytesPerMs) return
    this.#flowing = this.#queue.take(into) === into.length
  }
}
