/** 16-bit samples and their little-endian bytes, as speech vendors send them. */

/** Samples to bytes; a copy. */
export function pcm16ToBytes(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice()
}

/** Samples as floats from −1 to below 1. */
export function pcm16ToFloat(
  samples: Int16Array,
  into: Float32Array = new Float32Array(samples.length),
): Float32Array {
  for (let i = 0; i < samples.length; i++) into[i] = (samples[i] ?? 0) / 32_768
  return into
}

/** Floats to samples; what lies beyond full scale is clipped. */
export function floatToPcm16(
  floats: Float32Array,
  into: Int16Array = new Int16Array(floats.length),
): Int16Array {
  for (let i = 0; i < floats.length; i++) into[i] = clip16((floats[i] ?? 0) * 32_768)
  return into
}

/** The nearest 16-bit sample. */
export function clip16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)))
}

/** Reads samples from chunks that may end in the middle of one. */
export class Pcm16Reader {
  #odd: number | undefined

  push(bytes: Uint8Array): Int16Array {
    const lead = this.#odd === undefined ? 0 : 1
    const samples = new Int16Array((bytes.length + lead) >> 1)
    let at = 0
    let i = 0
    if (this.#odd !== undefined && samples.length > 0) {
      samples[i++] = this.#odd | ((bytes[at++] ?? 0) << 8)
      this.#odd = undefined
    }
    for (; i < samples.length; i++, at += 2) samples[i] = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    if (at < bytes.length) this.#odd = bytes[at]
    return samples
  }
}
