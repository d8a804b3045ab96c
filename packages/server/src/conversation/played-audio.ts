import { MULAW_SILENCE } from '@parley/wire/audio/g711'

const frameBytes = 160
const bytesPerMs = 8
/** Further from what the line tells than this, the place in the audio is taken anew. */
const mostApartBytes = 3 * frameBytes

/**
 * Which of the agent's audio sounds now, frame by frame. The line tells only how much it has not played, and
 * tells it a frame early or late; what sounds in a row is told in a row.
 */
export class PlayedAudio {
  #chunks: Uint8Array[] = []
  /** What has been told of the first chunk. */
  #offset = 0
  /** Bytes that have not been told. */
  #waiting = 0

  write(audio: Uint8Array): void {
    if (audio.length === 0) return
    this.#chunks.push(audio)
    this.#waiting += audio.length
  }

  clear(): void {
    this.#chunks = []
    this.#offset = 0
    this.#waiting = 0
  }

  /** Fills `frame` with what sounds in the next 20 ms. `queuedMs`: what the line has not played. */
  next(frame: Uint8Array, queuedMs: number): void {
    frame.fill(MULAW_SILENCE)
    const behind = this.#waiting - Math.round(queuedMs * bytesPerMs)
    if (behind > mostApartBytes) this.#take(behind - frameBytes, null)
    if (behind > -mostApartBytes && this.#waiting > 0) this.#take(frameBytes, frame)
  }

  #take(count: number, into: Uint8Array | null): void {
    let taken = 0
    for (let first = this.#chunks[0]; first && taken < count; first = this.#chunks[0]) {
      const piece = first.subarray(this.#offset, this.#offset + count - taken)
      into?.set(piece, taken)
      taken += piece.length
      this.#offset += piece.length
      if (this.#offset < first.length) continue
      this.#chunks.shift()
      this.#offset = 0
    }
    this.#waiting -= taken
  }
}
