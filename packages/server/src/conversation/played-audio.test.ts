import { expect, test } from 'vitest'
import { PlayedAudio } from './played-audio.ts'

const frame = new Uint8Array(160)
const audio = (frames: number) => Uint8Array.from({ length: frames * 160 }, (_, i) => Math.floor(i / 160))

function told(played: PlayedAudio, queuedMs: number): number {
  played.next(frame, queuedMs)
  return frame[0] ?? -1
}

test('what sounds is told in a row, though the line is a frame early or late', () => {
  const played = new PlayedAudio()
  played.write(audio(10))
  expect([180, 180, 160, 120, 100, 80].map(queuedMs => told(played, queuedMs))).toEqual([0, 1, 2, 3, 4, 5])
})

test('a stretch that was missed is left out', () => {
  const played = new PlayedAudio()
  played.write(audio(20))
  expect(told(played, 380)).toBe(0)
  expect(told(played, 200)).toBe(9)
})

test('what was dropped never sounds', () => {
  const played = new PlayedAudio()
  played.write(audio(5))
  told(played, 80)
  played.clear()
  expect(told(played, 0)).toBe(0xff)
})

test('what waits behind a pause is not told yet', () => {
  const played = new PlayedAudio()
  played.write(audio(3))
  expect(told(played, 200)).toBe(0xff)
})
