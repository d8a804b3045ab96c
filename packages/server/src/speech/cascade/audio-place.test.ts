import { expect, test } from 'vitest'
import { AudioPlace } from './audio-place.ts'

test('a recognizer that counts what it was sent is placed on the media clock', () => {
  const place = new AudioPlace()
  expect(place.mediaMs(100)).toBe(0)
  for (let atMs = 5000; atMs < 6000; atMs += 20) place.sent(160, atMs)
  expect([place.sentMs, place.untilMs, place.mediaMs(250)]).toEqual([1000, 6000, 5250])
  for (let atMs = 7000; atMs < 8000; atMs += 20) place.sent(160, atMs)
  expect([500, 1000, 1500].map(sentMs => place.mediaMs(sentMs))).toEqual([5500, 7000, 7500])
  expect(place.mediaMs(3000)).toBe(8000)
})

test('a line with gaps without end is remembered where it matters', () => {
  const place = new AudioPlace()
  for (let atMs = 0; atMs < 100_000; atMs += 100) place.sent(160, atMs)
  expect(place.mediaMs(19_990)).toBe(99_910)
})
