import { Worker } from 'node:worker_threads'

/** Four hours of talk take about one minute of a core; on a busy machine several. */
const longestMs = 20 * 60_000
const mostMemoryMb = 128
const mostWaiting = 16

/** Makes MP3 files of WAV files on a thread beside, one after the other. */
export class Mp3Maker {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Whether `make` would refuse for want of room. */
  get isFull(): boolean {
    return this.#waiting >= mostWaiting
  }

  /** Resolves when the new file `target` is on the disk. Rejects where `source` is no WAV file, or the disk is in trouble. */
  async make(source: string, target: string): Promise<void> {
    if (this.isFull) throw new Error('too many recordings wait to be encoded')
    this.#waiting++
    const made = this.#last.then(() => encodeOnThread(source, target))
    this.#last = made.catch(() => undefined)
    try {
      await made
    } finally {
      this.#waiting--
    }
  }
}

async function encodeOnThread(source: string, target: string): Promise<void> {
  const worker = new Worker(new URL('./mp3-thread.ts', import.meta.url), {
    workerData: { source, target },
    name: 'parley-mp3',
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
    stdout: true,
    stderr: true,
  })
  // A process that has nothing else to do need not stay for it.
  worker.unref()
  const done = Promise.withResolvers<void>()
  const timer = setTimeout(() => done.reject(new Error('a recording takes too long to encode')), longestMs)
  timer.unref()
  worker.on('error', error => done.reject(error))
  worker.on('exit', code =>
    code === 0 ? done.resolve() : done.reject(new Error(`the MP3 thread ended with ${code}`)),
  )
  try {
    await done.promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
