/** Callbacks of one kind. What one of them throws is reported and keeps no other from being called. */
export class Listeners<T> {
  readonly #fault: (error: unknown) => void
  readonly #list: ((value: T) => void)[] = []

  constructor(fault: (error: unknown) => void) {
    this.#fault = fault
  }

  add(listener: (value: T) => void): void {
    this.#list.push(listener)
  }

  tell(value: T): void {
    for (const listener of this.#list) {
      try {
        listener(value)
      } catch (error) {
        this.#fault(error)
      }
    }
  }
}
