import { Worker } from 'node:worker_threads'

/** Four hours of talk take about one minute of a core; on a busy machine several. */
const longestMs = 20 * 60_000
const mostMemoryMb = 128
const mostWaiting = 16

/** From file to file, or in memory. */
export type Mp3Job = { readonly source: string; readonly target: string } | { readonly wav: Uint8Array }

/** Makes MP3 of WAV on a thread beside, one after the other. */
export class Mp3Maker {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Whether another one would be refused for want of room. */
  get isFull(): boolean {
    return this.#waiting >= mostWaiting
  }

  /** Resolves when the new file `target` is on the disk. Rejects where `source` is no WAV file, or the disk is in trouble. */
  async make(source: string, target: string): Promise<void> {
    await this.#inTurn({ source, target })
  }

  /** The MP3 of a short piece. Rejects where it is no WAV. */
  async encode(wav: Uint8Array): Promise<Uint8Array> {
    const mp3 = await this.#inTurn({ wav })
    if (mp3 === null) throw new Error('the MP3 thread ended without an answer')
    return mp3
  }

  async #inTurn(job: Mp3Job): Promise<Uint8Array | null> {
    if (this.isFull) throw new Error('too many recordings wait to be encoded')
    this.#waiting++
    const made = this.#last.then(() => encodeOnThread(job))
    this.#last = made.catch(() => undefined)
    try {
      return await made
    } finally {
      this.#waiting--
    }
  }
}

/** What the thread says; null where it says nothing and ends well. */
async function encodeOnThread(job: Mp3Job): Promise<Uint8Array | null> {
  const worker = new Worker(new URL('./mp3-thread.ts', import.meta.url), {
    workerData: job,
    name: 'parley-mp3',
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
    stdout: true,
    stderr: true,
  })
  // A process that has nothing else to do need not stay for it.
  worker.unref()
  const done = Promise.withResolvers<Uint8Array | null>()
  const timer = setTimeout(() => done.reject(new Error('an MP3 takes too long to encode')), longestMs)
  timer.unref()
  worker.on('message', (mp3: Uint8Array) => done.resolve(mp3))
  worker.on('error', error => done.reject(error))
  worker.on('exit', code =>
    code === 0 ? done.resolve(null) : done.reject(new Error(`the MP3 thread ended with ${code}`)),
  )
  try {
    return await done.promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
