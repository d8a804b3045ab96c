import { expect, test } from 'vitest'
import { FRAME_BYTES, FrameRing } from './frame-ring.ts'

const frameOf = (value: number) => new Uint8Array(FRAME_BYTES).fill(value)

test('frames come out in order with their positions, on another view of the same memory', () => {
  const writer = new FrameRing()
  const reader = new FrameRing(writer.memory)
  const frame = new Uint8Array(FRAME_BYTES)
  for (let round = 0; round < 500; round++) {
    writer.write(frameOf(round & 0xff), round * 20)
    if (round % 3 === 0) continue
    for (let at = reader.read(frame); at !== null; at = reader.read(frame)) {
      expect(frame).toEqual(frameOf((at / 20) & 0xff))
      if (at === round * 20) break
    }
  }
  expect(reader.read(frame)).toBeNull()
})

test('a reader that falls behind loses the oldest frames only', () => {
  const ring = new FrameRing()
  const frame = new Uint8Array(FRAME_BYTES)
  for (let index = 0; index < 300; index++) ring.write(frameOf(index & 0xff), index)
  const positions: number[] = []
  for (let at = ring.read(frame); at !== null; at = ring.read(frame)) positions.push(at)
  expect(positions).toEqual(Array.from({ length: 255 }, (_, index) => 45 + index))
})

test('a frame of another length is refused', () => {
  expect(() => new FrameRing().write(new Uint8Array(80), 0)).toThrow(RangeError)
})
