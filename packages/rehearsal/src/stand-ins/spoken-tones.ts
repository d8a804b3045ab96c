import { decodeMulaw } from '@parley/wire/audio/g711'
import { mulawLevelDbfs } from '@parley/wire/audio/level'
import { MS_PER_LETTER, toneHz } from './tone-speech.ts'

export interface HeardWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

const BLOCK_BYTES = 40
const BLOCK_MS = 5
const LOUD_DBFS = -42
/** So much silence ends a beep: less than lies between two words. */
const GAP_MS = 30
/** How far a beep may be from a word: letters of length plus steps of pitch. */
const MOST_DIFFERENCE = 1.5
const PITCH_STEP_HZ = 20

/**
 * Understands `toneSpeech`: each beep is the word of the vocabulary whose length and first letter it has. What
 * a recognizer's stand-in tells is then in the audio that it was sent, and lost where audio is lost.
 */
export class SpokenTones {
  readonly #vocabulary: readonly string[]
  readonly #tell: (word: HeardWord) => void
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #filled = 0
  #atMs = 0
  #quietMs = 0
  #beep: { readonly startMs: number; endMs: number; crossings: number } | null = null
  #above = false

  constructor(vocabulary: readonly string[], tell: (word: HeardWord) => void) {
    this.#vocabulary = vocabulary
    this.#tell = tell
  }

  write(audio: Uint8Array): void {
    for (const byte of audio) {
      this.#block[this.#filled++] = byte
      if (this.#filled < BLOCK_BYTES) continue
      this.#filled = 0
      this.#advance()
    }
  }

  #advance(): void {
    const startMs = this.#atMs
    this.#atMs += BLOCK_MS
    if (mulawLevelDbfs(this.#block) > LOUD_DBFS) {
      this.#quietMs = 0
      this.#beep ??= { startMs, endMs: startMs, crossings: 0 }
      this.#beep.endMs = this.#atMs
      for (const sample of decodeMulaw(this.#block)) {
        if (sample > 0 !== this.#above) this.#beep.crossings++
        this.#above = sample > 0
      }
    } else if (this.#beep && (this.#quietMs += BLOCK_MS) >= GAP_MS) {
      const { startMs: fromMs, endMs, crossings } = this.#beep
      this.#beep = null
      const lengthMs = endMs - fromMs
      const text = this.#nearest(lengthMs, (crossings * 500) / lengthMs)
      if (text !== null) this.#tell({ text, startMs: fromMs, endMs })
    }
  }

  #nearest(lengthMs: number, frequencyHz: number): string | null {
    let best: string | null = null
    let least = MOST_DIFFERENCE
    for (const word of this.#vocabulary) {
      const difference =
        Math.abs(lengthMs / MS_PER_LETTER - word.length) +
        Math.abs(frequencyHz - toneHz(word)) / PITCH_STEP_HZ
      if (difference >= least) continue
      least = difference
      best = word
    }
    return best
  }
}
