/**
 * A stream that is pushed into at one end and iterated at the other, by one reader. What was pushed before
 * a failure is still read, then the failure is thrown.
 */
export class PushStream<T> implements AsyncIterable<T> {
  #values: T[] = []
  #ended = false
  #failure: Error | null = null
  #wake: (() => void) | null = null

  push(value: T): void {
    if (this.#ended) return
    this.#values.push(value)
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  fail(error: Error): void {
    if (this.#ended) return
    this.#failure = error
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      for (;;) {
        const value = this.#values.shift()
        if (value !== undefined) yield value
        else if (this.#failure) throw this.#failure
        else if (this.#ended) return
        else await this.#pushed()
      }
    } finally {
      this.#ended = true
      this.#values = []
    }
  }

  #pushed(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        this.#wake = null
        resolve()
      }
    })
  }
}
