import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  alawBytesToMulaw,
  decodeAlaw,
  decodeMulaw,
  encodeAlaw,
  encodeMulaw,
  mulawBytesToAlaw,
} from './g711.ts'

const everyCode = Uint8Array.from({ length: 256 }, (_, i) => i)
const everySample = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768)
const sha256 = (data: Int16Array | Uint8Array): string =>
  createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex')

test.each([
  [0x00, -32_124],
  [0x80, 32_124],
  [0xff, 0],
  [0x7f, 0],
  [0xfe, 8],
  [0x7e, -8],
  [0xce, 988],
])('µ-law code %i is %i', (code, sample) => {
  expect(decodeMulaw(Uint8Array.of(code))[0]! + 0).toBe(sample)
})

test.each([
  [0xd5, 8],
  [0x55, -8],
  [0xaa, 32_256],
  [0x2a, -32_256],
])('A-law code %i is %i', (code, sample) => {
  expect(decodeAlaw(Uint8Array.of(code))[0]).toBe(sample)
})

test('all codes decode, and all samples encode, as in CPython audioop', () => {
  expect(sha256(decodeMulaw(everyCode))).toBe(
    '3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827',
  )
  expect(sha256(decodeAlaw(everyCode))).toBe(
    'e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174',
  )
  expect(sha256(encodeAlaw(everySample))).toBe(
    '38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b',
  )
})

test('every code comes back, but the negative zero of µ-law', () => {
  const mulaw = encodeMulaw(decodeMulaw(everyCode))
  everyCode.forEach(code => expect(mulaw[code]).toBe(code === 0x7f ? 0xff : code))
  expect(encodeAlaw(decodeAlaw(everyCode))).toEqual(everyCode)
})

test('no sample is off by more than half a step of its segment', () => {
  fc.assert(
    fc.property(fc.integer({ min: -32_768, max: 32_767 }), sample => {
      const clipped = Math.max(-32_635, Math.min(32_635, sample))
      const step = Math.max(8, 2 ** (Math.floor(Math.log2(Math.abs(clipped) + 132)) - 4))
      const decoded = decodeMulaw(encodeMulaw(Int16Array.of(sample)))[0]!
      expect(Math.abs(decoded - clipped)).toBeLessThanOrEqual(step / 2 + 4)
    }),
  )
})

test('transcoding there and back is quiet', () => {
  const back = decodeMulaw(alawBytesToMulaw(mulawBytesToAlaw(everyCode)))
  decodeMulaw(everyCode).forEach((sample, i) => {
    expect(Math.abs(back[i]! - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16))
  })
})

test('a destination that is too short is refused', () => {
  expect(() => decodeMulaw(everyCode, new Int16Array(3))).toThrow(RangeError)
})
