/** Listeners of one event. One that throws is reported and does not keep the others, or other calls, from hearing. */
export class Listeners<A extends readonly unknown[]> {
  readonly #listeners: ((...event: A) => void)[] = []
  readonly #failed: (error: unknown) => void

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  add(listener: (...event: A) => void): void {
    this.#listeners.push(listener)
  }

  tell(...event: A): void {
    for (const listener of this.#listeners) {
      try {
        listener(...event)
      } catch (error) {
        this.#failed(error)
      }
    }
  }
}
