import { mulawLevelDbfs } from '@parley/wire/audio/level'

/** Milliseconds; what a session asks of the detector. */
export interface ActivitySettings {
  readonly prefixPaddingMs: number
  readonly silenceMs: number
}

export type Activity = { type: 'started' | 'stopped'; atMs: number }

/** Louder than this is speech: between the noise of a quiet line and a soft voice. */
const THRESHOLD_DBFS = -42
/** Louder for so long before it counts. */
const ONSET_MS = 60
const FRAME_BYTES = 160
const FRAME_MS = 20

/**
 * Finds speech in µ-law by its energy. Times are milliseconds of all audio written, counted as the provider
 * counts them: the start less the padding, the end including the silence.
 */
export class VoiceActivity {
  readonly #settings: ActivitySettings
  readonly #tell: (activity: Activity) => void
  readonly #frame = new Uint8Array(FRAME_BYTES)
  #filled = 0
  #atMs = 0
  #loudMs = 0
  #quietMs = 0
  #speaking = false

  constructor(settings: ActivitySettings, tell: (activity: Activity) => void) {
    this.#settings = settings
    this.#tell = tell
  }

  get positionMs(): number {
    return this.#atMs
  }

  write(audio: Uint8Array): void {
    for (const byte of audio) {
      this.#frame[this.#filled++] = byte
      if (this.#filled === FRAME_BYTES) {
        this.#filled = 0
        this.#advance(mulawLevelDbfs(this.#frame) > THRESHOLD_DBFS)
      }
    }
  }

  #advance(loud: boolean): void {
    this.#atMs += FRAME_MS
    this.#loudMs = loud ? this.#loudMs + FRAME_MS : 0
    this.#quietMs = loud ? 0 : this.#quietMs + FRAME_MS
    if (!this.#speaking && this.#loudMs >= ONSET_MS) {
      this.#speaking = true
      const onsetMs = this.#atMs - this.#loudMs
      this.#tell({ type: 'started', atMs: Math.max(0, onsetMs - this.#settings.prefixPaddingMs) })
    } else if (this.#speaking && this.#quietMs >= this.#settings.silenceMs) {
      this.#speaking = false
      this.#tell({ type: 'stopped', atMs: this.#atMs })
    }
  }
}
