import { describe, expect, it } from 'vitest'
import { openBed, places } from './background.ts'
import { levelDbfs } from './level.ts'

describe.each(places)('the sounds of a %s', place => {
  it('are a loop of steady level, without a seam, the same each time', async () => {
    const { samples, gainDb } = await openBed(place, -6)
    expect(gainDb).toBe(-6)
    expect(samples.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(levelDbfs(samples)).toBeGreaterThan(-32)
    expect(levelDbfs(samples)).toBeLessThan(-29)
    const levels = Array.from({ length: 16 }, (_, i) => levelDbfs(samples.slice(i * 8_000, (i + 1) * 8_000)))
    expect(Math.max(...levels)).toBeLessThan(-20)
    expect(Math.min(...levels)).toBeGreaterThan(-50)
    const steps = samples.map((sample, i) => Math.abs(sample - (samples[(i + 1) % samples.length] ?? 0)))
    expect(steps.at(-1)).toBeLessThanOrEqual(steps.toSorted().at(-20) ?? 0)
    expect((await openBed(place, 0)).samples).toBe(samples)
  })
})

it('places differ', async () => {
  const beds = await Promise.all(places.map(place => openBed(place, 0)))
  expect(new Set(beds.map(({ samples }) => samples.slice(4_000, 4_100).join())).size).toBe(places.length)
})
