import type { Voice } from '../speech/port.ts'
import type { Leg } from '../telephony/port.ts'
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

  open(): void {
    this.#leg.hear((frame, atMs) => {
      this.#loudness.hear(frame, atMs)
      this.#voice.hear(frame, atMs)
    })
  }
}
