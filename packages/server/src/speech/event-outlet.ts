import type { VoiceEvent } from './port.ts'

/** More than ten minutes of 20 ms audio pieces: a voice nobody listens to for so long has been forgotten. */
const MOST_WAITING = 32_768

/** Holds a voice's events until somebody listens, then passes them on in order. Silent once closed. */
export class EventOutlet {
  #listener: ((event: VoiceEvent) => void) | null = null
  #waiting: VoiceEvent[] = []
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  listen(listener: (event: VoiceEvent) => void): void {
    if (this.#listener) throw new Error('a voice has one listener')
    const waiting = this.#waiting
    this.#waiting = []
    // The listener may act on an early event and so cause later ones: they queue behind those still waiting.
    this.#listener = event => waiting.push(event)
    for (let i = 0; i < waiting.length && !this.#closed; i++) {
      const event = waiting[i]
      if (event) listener(event)
    }
    this.#listener = listener
  }

  emit(event: VoiceEvent): void {
    if (this.#closed) return
    if (this.#listener) this.#listener(event)
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(event)
  }

  close(): void {
    this.#closed = true
    this.#waiting = []
  }
}
