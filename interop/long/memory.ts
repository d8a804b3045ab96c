import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from './drift.ts'

const bytesPerMb = 1_048_576

export interface MemoryGrowth {
  /** Of what is still reachable, from the second third of the call to its last. */
  readonly heapMb: number
  /** Of the whole process. */
  readonly residentMb: number
}

/** Looks at memory now and then, each time after a collection: what is left then is held by somebody. */
export class MemoryWatch implements Disposable {
  readonly #collect: () => void
  readonly #heap: number[] = []
  readonly #resident: number[] = []
  readonly #timer: NodeJS.Timeout

  constructor(everyMs: number) {
    setFlagsFromString('--expose-gc')
    this.#collect = runInNewContext('gc') as () => void
    this.#timer = setInterval(() => this.#look(), everyMs)
  }

  /** The first third of the call warms everything up, and does not count. */
  growth(): MemoryGrowth {
    return { heapMb: growthOf(this.#heap), residentMb: growthOf(this.#resident) }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    this.#collect()
    const { heapUsed, external, rss } = process.memoryUsage()
    this.#heap.push(heapUsed + external)
    this.#resident.push(rss)
  }
}

function growthOf(bytes: readonly number[]): number {
  const third = Math.floor(bytes.length / 3)
  const before = median(bytes.slice(third, 2 * third))
  const after = median(bytes.slice(2 * third))
  return Math.round(((after - before) / bytesPerMb) * 100) / 100
}
