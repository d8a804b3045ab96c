import type { Leg } from '../telephony/port.ts'

/** Somebody who hears both sides of a call. What it is given is valid only during the call. */
export interface Eavesdropper {
  /** µ-law at 8 kHz, 20 ms of each side at the same place of the media clock. */
  hear(heard: Uint8Array, played: Uint8Array): void
  /** The line is down. */
  over(): void
}

/** Both sides of a running call for any number of ears: the recording, and whoever listens in. */
export class CallAudio {
  readonly #ears = new Set<Eavesdropper>()
  #isOver = false

  /** From now on it is the sound of this line. */
  attach(leg: Pick<Leg, 'tap'>): void {
    leg.tap((heard, played) => {
      for (const ear of this.#ears) ear.hear(heard, played)
    })
  }

  /** Answers how to stop. */
  listen(ear: Eavesdropper): () => void {
    if (this.#isOver) ear.over()
    else this.#ears.add(ear)
    return () => void this.#ears.delete(ear)
  }

  end(): void {
    this.#isOver = true
    for (const ear of this.#ears) ear.over()
    this.#ears.clear()
  }
}
