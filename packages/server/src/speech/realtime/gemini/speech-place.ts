import { mulawLevelDbfs } from '@parley/wire/audio/level'

/** Louder than this is likely to be speech. */
const LOUD_DBFS = -42
/** A pause of so long separates one stretch of speech from the next. */
const GAP_MS = 400
const FRAME_MS = 20

/**
 * Where the newest stretch of loud audio lies on the media clock. The service tells that somebody spoke but
 * not when, so this places what it found; it never decides that there was speech.
 */
export class SpeechPlace {
  #startMs = 0
  #endMs = 0

  hear(frame: Uint8Array, atMs: number): void {
    if (mulawLevelDbfs(frame) <= LOUD_DBFS) return
    if (atMs - this.#endMs > GAP_MS) this.#startMs = atMs
    this.#endMs = atMs + FRAME_MS
  }

  get startMs(): number {
    return this.#startMs
  }

  get endMs(): number {
    return this.#endMs
  }
}
