/**
 * Writes a stereo recording while the call runs. Samples are gathered to a second and appended; now and
 * then the header is brought up to date, so that whatever a crash leaves behind plays up to its last
 * second. `finish` makes it durable: only what is fsynced may be announced.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { decodeMulaw } from './g711.ts'
import { WAV_HEADER_BYTES, wavHeader, type WavFormat } from './wav-header.ts'

const FORMAT: WavFormat = { channels: 2, sampleRateHz: 8000, bitsPerSample: 16 }
const BYTES_PER_FRAME = 4
/** One second. */
const BLOCK_BYTES = FORMAT.sampleRateHz * BYTES_PER_FRAME
/** Header updates, in blocks. */
const HEADER_EVERY_BLOCKS = 5
/** Blocks that may wait for a slow disk; beyond, the recording stops with an error rather than eat the memory. */
const MOST_WAITING_BLOCKS = 120

export class StereoWavWriter implements AsyncDisposable {
  readonly #file: FileHandle
  #block = new Int16Array(BLOCK_BYTES / 2)
  #filled = 0
  #writtenBytes = 0
  #blocks = 0
  #waitingBlocks = 0
  #lastWrite: Promise<void> = Promise.resolve()
  #failure: Error | undefined
  #finishing: Promise<{ durationMs: number }> | undefined

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Creates the file, or empties one that exists. */
  static async create(path: string): Promise<StereoWavWriter> {
    const file = await open(path, 'w')
    try {
      await file.write(wavHeader(FORMAT, 0), 0, WAV_HEADER_BYTES, 0)
      return new StereoWavWriter(file)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get durationMs(): number {
    return ((this.#blocks * BLOCK_BYTES) / BYTES_PER_FRAME + this.#filled / 2) / (FORMAT.sampleRateHz / 1000)
  }

  /** The first fault of the disk; `finish` throws it. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Appends µ-law of both sides, equally long: left the callee, right the agent. Never waits; the bytes are copied. */
  writeMulaw(left: Uint8Array, right: Uint8Array): void {
    if (left.length !== right.length) throw new RangeError('both channels must be equally long')
    if (this.#finishing || this.#failure) return
    const leftSamples = decodeMulaw(left)
    const rightSamples = decodeMulaw(right)
    for (let i = 0; i < leftSamples.length; i++) {
      this.#block[this.#filled++] = leftSamples[i] ?? 0
      this.#block[this.#filled++] = rightSamples[i] ?? 0
      if (this.#filled === this.#block.length) this.#flush()
    }
  }

  /** Writes the rest and the final header, and returns once all of it is on the disk. */
  finish(): Promise<{ durationMs: number }> {
    this.#finishing ??= this.#finish()
    return this.#finishing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever wants to know of a failure asks `finish` or `failure`.
    await this.finish().catch(() => undefined)
  }

  async #finish(): Promise<{ durationMs: number }> {
    const { durationMs } = this
    const rest = this.#block.subarray(0, this.#filled)
    try {
      await this.#lastWrite
      if (this.#failure) throw this.#failure
      await this.#append(rest)
      await this.#writeHeader()
      await this.#file.sync()
    } finally {
      await this.#file.close()
    }
    return { durationMs }
  }

  #flush(): void {
    const block = this.#block
    this.#block = new Int16Array(BLOCK_BYTES / 2)
    this.#filled = 0
    this.#blocks++
    if (++this.#waitingBlocks > MOST_WAITING_BLOCKS) {
      this.#failure ??= new Error('the disk is too slow for the recording')
      return
    }
    this.#lastWrite = this.#lastWrite.then(() => this.#writeBlock(block))
  }

  async #writeBlock(block: Int16Array): Promise<void> {
    try {
      if (this.#failure) return
      await this.#append(block)
      if ((this.#writtenBytes / BLOCK_BYTES) % HEADER_EVERY_BLOCKS === 0) await this.#writeHeader()
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#waitingBlocks--
    }
  }

  async #append(samples: Int16Array): Promise<void> {
    // WAV is little endian, and so is every machine that Node runs on.
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
    let done = 0
    while (done < bytes.length) {
      const at = WAV_HEADER_BYTES + this.#writtenBytes
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, at)
      done += bytesWritten
      this.#writtenBytes += bytesWritten
    }
  }

  async #writeHeader(): Promise<void> {
    await this.#file.write(wavHeader(FORMAT, this.#writtenBytes), 0, WAV_HEADER_BYTES, 0)
  }
}
