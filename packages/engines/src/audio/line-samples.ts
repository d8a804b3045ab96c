import { decodeMulaw, encodeMulaw, MULAW_SILENCE } from '@parley/wire/audio/g711'

/** G.711 µ-law against samples in −1…1, the form that the engines work in. */

const FULL_SCALE = 32_768
const decoded = Float32Array.from(
  decodeMulaw(Uint8Array.from({ length: 256 }, (_, code) => code)),
  sample => sample / FULL_SCALE,
)

/** Encodes, and appends `pauseSamples` of silence. */
export function toMulaw(samples: Float32Array, pauseSamples: number): Uint8Array {
  const output = new Uint8Array(samples.length + pauseSamples).fill(MULAW_SILENCE)
  encodeMulaw(
    Int16Array.from(samples, sample => Math.round(sample * FULL_SCALE)),
    output,
  )
  return output
}

/** Decodes into `target` from `offset` on, without allocating. */
export function fromMulaw(codes: Uint8Array, target: Float32Array, offset: number): void {
  for (let index = 0; index < codes.length; index++) target[offset + index] = decoded[codes[index] ?? 0] ?? 0
}
