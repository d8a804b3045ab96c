import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createEncoder, type WasmMediaEncoder } from 'wasm-media-encoders'
import { frameBytes, infoFrame, type Mp3Layout } from './info-frame.ts'

/** The lowest rate that every player takes; speech of a telephone has nothing above 4 kHz. */
const sampleRateHz = 16_000
/** Of a constant rate, so that any position in the file is a position in time. */
const kbits = { 1: 32, 2: 48 } as const

/**
 * Encodes PCM as it comes, with what is needed at any moment and no more. Each answer belongs to the encoder and
 * changes with the next call. The file begins with `lead` bytes, which `finish` tells at the end.
 */
export class Mp3Encoder {
  readonly #encoder: WasmMediaEncoder<'audio/mpeg'>
  readonly #layout: Mp3Layout
  readonly #rateHz: number
  readonly #header = new Uint8Array(4)
  #taken = 0
  #audioBytes = 0

  private constructor(encoder: WasmMediaEncoder<'audio/mpeg'>, source: PcmFormat) {
    const { channels } = source
    this.#encoder = encoder
    this.#rateHz = source.sampleRateHz
    this.#layout = { channels, sampleRateHz, kbits: kbits[channels] }
    encoder.configure({
      channels,
      sampleRate: source.sampleRateHz,
      bitrate: kbits[channels],
      outputSampleRate: sampleRateHz,
    })
  }

  static async create(source: PcmFormat): Promise<Mp3Encoder> {
    // The file, not the copy inside the package's code: whoever runs Parley may put another build of LAME there.
    const file = createRequire(import.meta.url).resolve('wasm-media-encoders/wasm/mp3')
    return new Mp3Encoder(await createEncoder('audio/mpeg', await readFile(file)), source)
  }

  get leadBytes(): number {
    return frameBytes(this.#layout)
  }

  /** `samples`: one array per channel, equally long, from −1 to 1. */
  encode(samples: readonly Float32Array[]): Uint8Array {
    this.#taken += samples[0]?.length ?? 0
    return this.#count(this.#encoder.encode(samples))
  }

  /** The last frames, and what belongs at the file's very beginning. */
  finish(): { rest: Uint8Array; lead: Uint8Array } {
    const rest = this.#count(this.#encoder.finalize())
    const samples = Math.round((this.#taken * sampleRateHz) / this.#rateHz)
    const [header, audioBytes] = [this.#header, this.#audioBytes]
    return { rest, lead: infoFrame(this.#layout, { header, audioBytes, samples }) }
  }

  #count(frames: Uint8Array): Uint8Array {
    if (this.#audioBytes === 0) this.#header.set(frames.subarray(0, this.#header.length))
    this.#audioBytes += frames.length
    return frames
  }
}

export interface PcmFormat {
  readonly channels: 1 | 2
  readonly sampleRateHz: number
}
