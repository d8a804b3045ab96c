/**
 * G.711 companding by table (ITU-T G.711; RFC 3551 §4.5.14). µ-law carries 14 bits and A-law 13 bits of
 * a 16-bit sample in one byte. Every function works on whole buffers, because one call per sample would
 * cost more than the conversion.
 */

/** µ-law code of digital silence (sample 0). */
export const MULAW_SILENCE = 0xff
/** A-law code nearest to silence; A-law has no exact zero. */
export const ALAW_SILENCE = 0xd5

const MULAW_BIAS = 0x84
const MULAW_CLIP = 32_635

function expandMulaw(code: number): number {
  const inverted = ~code & 0xff
  const exponent = (inverted >> 4) & 7
  const magnitude = (((inverted & 0x0f) << 3) + MULAW_BIAS) << exponent
  return inverted & 0x80 ? MULAW_BIAS - magnitude : magnitude - MULAW_BIAS
}

/** Magnitude as the ITU reference code (G.191) takes it: one less below zero, so that both halves hold as many samples. */
function onesComplement(sample: number): number {
  return sample < 0 ? ~sample : sample
}

function compressMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(onesComplement(sample), MULAW_CLIP) + MULAW_BIAS
  const exponent = 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f
  return ~(sign | (exponent << 4) | mantissa) & 0xff
}

function expandAlaw(code: number): number {
  const plain = code ^ 0x55
  const exponent = (plain >> 4) & 7
  const mantissa = ((plain & 0x0f) << 4) + 8
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
  return plain & 0x80 ? magnitude : -magnitude
}

function compressAlaw(sample: number): number {
  const magnitude = onesComplement(sample) >> 4
  const sign = sample < 0 ? 0 : 0x80
  const exponent = magnitude < 0x10 ? 0 : 28 - Math.clz32(magnitude)
  const mantissa = exponent < 2 ? magnitude & 0x0f : (magnitude >> (exponent - 1)) & 0x0f
  return (sign | (exponent << 4) | mantissa) ^ 0x55
}

const decodeTable = (expand: (code: number) => number) =>
  Int16Array.from({ length: 256 }, (_, i) => expand(i))
const encodeTable = (compress: (sample: number) => number) =>
  Uint8Array.from({ length: 65_536 }, (_, i) => compress((i << 16) >> 16))

const mulawToLinear = decodeTable(expandMulaw)
const alawToLinear = decodeTable(expandAlaw)
const linearToMulaw = encodeTable(compressMulaw)
const linearToAlaw = encodeTable(compressAlaw)
const mulawToAlaw = Uint8Array.from(mulawToLinear, sample => linearToAlaw[sample & 0xffff] ?? 0)
const alawToMulaw = Uint8Array.from(alawToLinear, sample => linearToMulaw[sample & 0xffff] ?? 0)

function map<S extends Int16Array | Uint8Array, D extends Int16Array | Uint8Array>(
  table: Int16Array | Uint8Array,
  { from, into, mask }: { from: S; into: D; mask: number },
): D {
  if (into.length < from.length) throw new RangeError('the destination is shorter than the source')
  for (let i = 0; i < from.length; i++) into[i] = table[(from[i] ?? 0) & mask] ?? 0
  return into
}

/** µ-law bytes to 16-bit samples. */
export function decodeMulaw(from: Uint8Array, into: Int16Array = new Int16Array(from.length)): Int16Array {
  return map(mulawToLinear, { from, into, mask: 0xff })
}

/** 16-bit samples to µ-law bytes. */
export function encodeMulaw(from: Int16Array, into: Uint8Array = new Uint8Array(from.length)): Uint8Array {
  return map(linearToMulaw, { from, into, mask: 0xffff })
}

/** A-law bytes to 16-bit samples. */
export function decodeAlaw(from: Uint8Array, into: Int16Array = new Int16Array(from.length)): Int16Array {
  return map(alawToLinear, { from, into, mask: 0xff })
}

/** 16-bit samples to A-law bytes. */
export function encodeAlaw(from: Int16Array, into: Uint8Array = new Uint8Array(from.length)): Uint8Array {
  return map(linearToAlaw, { from, into, mask: 0xffff })
}

/** µ-law bytes to A-law bytes; `into` may be `from`. */
export function mulawBytesToAlaw(
  from: Uint8Array,
  into: Uint8Array = new Uint8Array(from.length),
): Uint8Array {
  return map(mulawToAlaw, { from, into, mask: 0xff })
}

/** A-law bytes to µ-law bytes; `into` may be `from`. */
export function alawBytesToMulaw(
  from: Uint8Array,
  into: Uint8Array = new Uint8Array(from.length),
): Uint8Array {
  return map(alawToMulaw, { from, into, mask: 0xff })
}
