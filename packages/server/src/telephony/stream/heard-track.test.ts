import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeardTrack } from './heard-track.ts'

const SILENCE = 0xff
const chunkOf = (mark: number, length = 160) => new Uint8Array(length).fill(mark)

/** What comes out: the mark and the place in milliseconds of each frame. */
function listen() {
  const frames: { mark: number; atMs: number }[] = []
  const laid: { length: number; at: number }[] = []
  const track = new HeardTrack({
    frame: (frame, at) => frames.push({ mark: frame[0] ?? 0, atMs: at / 8 }),
    samples: (samples, at) => laid.push({ length: samples.length, at }),
  })
  return { track, frames, laid, marks: () => frames.map(({ mark }) => mark) }
}

describe('what the callee says', () => {
  it('is laid end to end from where it first arrived', () => {
    const { track, frames } = listen()
    for (let n = 1; n <= 3; n++) track.accept(chunkOf(n), n, 100 + n * 20)
    expect(frames).toEqual([
      { mark: 1, atMs: 100 },
      { mark: 2, atMs: 120 },
      { mark: 3, atMs: 140 },
    ])
  })

  it('is put in order, and a repeated chunk is dropped', () => {
    const { track, marks } = listen()
    for (const n of [1, 3, 2, 2, 4, 6, 6, 5]) track.accept(chunkOf(n), n, 100)
    expect(marks()).toEqual([1, 2, 3, 4, 5, 6])
    expect(track.late).toBe(2)
  })

  it('does not wait for ever for a chunk that never comes', () => {
    const { track, marks } = listen()
    track.accept(chunkOf(1), 1, 20)
    track.accept(chunkOf(3), 3, 60)
    track.poll(120)
    expect(marks()).toEqual([1])
    track.poll(140)
    expect(marks()).toEqual([1, 3])
    expect(track.lost).toBe(1)
  })

  it('is silence where nothing comes, and what comes for a place that is taken is dropped', () => {
    const { track, marks, frames } = listen()
    track.accept(chunkOf(1), 1, 20)
    for (let now = 40; now <= 1_000; now += 20) track.poll(now)
    expect(marks()).toContain(SILENCE)
    expect(frames.at(-1)?.atMs).toBeGreaterThanOrEqual(480)
    for (let n = 2; n <= 60; n++) track.accept(chunkOf(n), n, 1_000)
    expect(track.late).toBeGreaterThan(20)
    expect(frames.at(-1)?.atMs).toBeLessThanOrEqual(1_100)
  })

  it('does not take a pause of our own process for silence of the callee', () => {
    const { track, marks } = listen()
    track.accept(chunkOf(1), 1, 20)
    track.poll(20)
    track.poll(1_000)
    for (let n = 2; n <= 50; n++) track.accept(chunkOf(n), n, 1_001)
    expect(marks()).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(track.late).toBe(0)
  })

  it('takes a vendor that counts anew, or not at all', () => {
    const { track, marks } = listen()
    track.accept(chunkOf(1), 5_000, 20)
    track.accept(chunkOf(2), 1, 40)
    track.accept(chunkOf(3), null, 60)
    track.accept(chunkOf(4), 2, 80)
    expect(marks()).toEqual([1, 2, 3, 4])
  })

  it('is cut into frames whatever the length of chunks', () => {
    const { track, frames } = listen()
    for (let n = 1; n <= 8; n++) track.accept(chunkOf(n, 100), n, n * 12.5)
    expect(frames.map(({ atMs }) => atMs)).toEqual([0, 20, 40, 60, 80])
  })

  it('keeps up with our clock when the vendor’s is slower', () => {
    const { track, frames } = listen()
    // One part in a thousand slow: a second in a quarter of an hour.
    for (let n = 1; n <= 15_000; n++) track.accept(chunkOf(1), n, n * 20.02)
    const nowMs = 15_000 * 20.02
    expect(nowMs - ((frames.at(-1)?.atMs ?? 0) + 20)).toBeLessThan(60)
  })

  it('never lays two things at one place, nor anything far ahead of the clock', () => {
    const arrivals = fc.array(
      fc.record({
        skip: fc.integer({ min: -3, max: 4 }),
        waitMs: fc.integer({ min: 0, max: 700 }),
        length: fc.integer({ min: 0, max: 480 }),
      }),
      { maxLength: 80 },
    )
    fc.assert(
      fc.property(arrivals, steps => {
        const { track, laid } = listen()
        let [chunk, now] = [10, 0]
        for (const { skip, waitMs, length } of steps) {
          chunk = Math.max(0, chunk + skip)
          now += waitMs
          track.poll(now)
          track.accept(chunkOf(1, length), chunk, now)
          const last = laid.at(-1)
          if (last) expect((last.at + last.length) / 8).toBeLessThanOrEqual(Math.max(now, 60) + 100)
        }
        laid.forEach(({ at }, i) => {
          const before = laid[i - 1]
          if (before) expect(at).toBe(before.at + before.length)
        })
      }),
    )
  })
})
