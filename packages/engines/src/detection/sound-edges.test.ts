import { describe, expect, test } from 'vitest'
import { soundEdges } from './sound-edges.ts'

/** Frames of 20 ms: noise at −60 dBFS, and louder where a sound is. */
function heard(sounds: readonly { fromMs: number; toMs: number; amplitude: number }[], lastMs = 1_500) {
  const edges = soundEdges()
  for (let atMs = 0; atMs < lastMs; atMs += 20) {
    const frame = Float32Array.from({ length: 160 }, (_, index) => {
      const ms = atMs + index / 8
      const amplitude = sounds.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)?.amplitude ?? 0.001
      return index % 2 === 0 ? amplitude : -amplitude
    })
    edges.hear(frame, 0, atMs)
  }
  return edges
}

const voice = { fromMs: 500, toMs: 1_000, amplitude: 0.1 }

describe('the edges of a sound', () => {
  test('a quiet consonant before the voice belongs to it', () => {
    const edges = heard([{ fromMs: 410, toMs: 500, amplitude: 0.01 }, voice])
    expect(edges.onset(512)).toBeGreaterThanOrEqual(402)
    expect(edges.onset(512)).toBeLessThanOrEqual(420)
  })

  test('an onset is where the model heard it when nothing sounds before it', () => {
    expect(heard([voice]).onset(500)).toBe(500)
  })

  test('the end is that of the sound, and not of the last window that held some of it', () => {
    const end = heard([voice]).end(1_088)
    expect(end).toBe(1_000)
  })

  test('one sound does not begin before the end of another', () => {
    const edges = heard([voice])
    const end = edges.end(1_020)
    expect(edges.onset(1_024)).toBeGreaterThanOrEqual(end)
  })

  test('in noise as loud as the voice the level tells nothing', () => {
    const edges = heard([{ fromMs: 0, toMs: 1_500, amplitude: 0.1 }])
    expect(edges.onset(512)).toBe(512)
    expect(edges.end(1_088)).toBe(1_088)
  })
})
