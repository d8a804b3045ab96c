/** How long to wait for a stream: for its first value, and then from each value to the next. Milliseconds. */
export interface Patience {
  readonly firstMs: number
  readonly nextMs: number
  /** The error to throw when the wait was too long. */
  readonly late: (waitedMs: number) => Error
}

/**
 * Passes a stream on, and gives up when it stalls or when the signal aborts, even where the source
 * itself does not notice. The source is told to return, but nobody waits for it.
 */
export async function* patiently<T>(
  source: AsyncIterable<T>,
  patience: Patience,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let waitMs = patience.firstMs
  try {
    for (;;) {
      const next = await raced(iterator.next(), { waitMs, late: patience.late }, signal)
      if (next.done) return
      yield next.value
      waitMs = patience.nextMs
    }
  } finally {
    iterator.return?.().catch(() => undefined)
  }
}

/** Settles as `promise` does, unless the wait is too long or the signal aborts first. */
export function raced<T>(
  promise: PromiseLike<T>,
  wait: { waitMs: number; late: (waitedMs: number) => Error },
  signal: AbortSignal,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      // What the promise still comes to is nobody's concern, not even when it fails.
      promise.then(undefined, () => undefined)
      return reject(signal.reason as Error)
    }
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    const abort = () => {
      settle()
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      settle()
      reject(wait.late(wait.waitMs))
    }, wait.waitMs)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(
      value => {
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(error as Error)
      },
    )
  })
}
