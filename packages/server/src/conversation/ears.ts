import type { Voice } from '../speech/port.ts'
import type { Leg } from '../telephony/port.ts'
import { type LineSound, openLineEars } from './line-ears.ts'
import { Loudness } from './loudness.ts'

/** What is heard on the line, on its way to the voice. */
export class Ears {
  readonly #leg: Leg
  readonly #voice: Voice
  readonly #loudness = new Loudness()

  constructor(leg: Leg, voice: Voice) {
    this.#leg = leg
    this.#voice = voice
  }

  /** Media-clock end of the last frame that was louder than the line's noise. */
  get loudUntilMs(): number {
    return this.#loudness.untilMs
  }

  /** `post` is told of tones and sounds. */
  open(post: (event: LineSound) => void): void {
    const hearLine = openLineEars(post)
    this.#leg.hear((frame, atMs) => {
      this.#loudness.hear(frame, atMs)
      hearLine(frame, atMs)
      this.#voice.hear(frame, atMs)
    })
  }
}
