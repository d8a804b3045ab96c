import { describe, expect, it } from 'vitest'
import { decodeMulaw, encodeMulaw } from './g711.ts'
import { mulawLevelDbfs } from './level.ts'
import { Mixer } from './mixer.ts'

const sine = (at = 0) =>
  Int16Array.from({ length: 160 }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 400 * (at + i)) / 8_000)),
  )
const frame = () => encodeMulaw(sine())
const mixed = (mixer: Mixer, bytes = frame()) => {
  mixer.mix(bytes)
  return bytes
}

describe('a mixer', () => {
  it('leaves the bytes alone that nothing is to be done to', () => {
    const every = Uint8Array.from({ length: 160 }, (_, i) => i)
    expect(mixed(new Mixer(), every.slice())).toEqual(every)
  })

  it.each([-15, -6, -30])('is at %i dB one frame later, and back one frame after that', db => {
    const mixer = new Mixer()
    const before = mulawLevelDbfs(frame())
    mixer.setGain(db)
    mixed(mixer)
    expect(mulawLevelDbfs(mixed(mixer)) - before).toBeCloseTo(db, 0)
    mixer.setGain(0)
    mixed(mixer)
    expect(mixed(mixer)).toEqual(frame())
  })

  it('glides: no step is larger than the sound itself makes', () => {
    const mixer = new Mixer()
    mixer.setGain(-15)
    const gliding = decodeMulaw(mixed(mixer))
    const largest = (samples: Int16Array) =>
      samples.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (samples[i - 1] ?? sample))), 0)
    expect(largest(gliding)).toBeLessThanOrEqual(largest(decodeMulaw(frame())))
  })

  it('turns around in the middle of a glide', () => {
    const mixer = new Mixer()
    mixer.setGain(-15)
    mixer.mix(frame().subarray(0, 80))
    mixer.setGain(0)
    mixed(mixer)
    expect(mixed(mixer)).toEqual(frame())
  })

  it('lays the bed under silence and under speech, ducked with it, looping without a seam', () => {
    const mixer = new Mixer()
    const samples = Int16Array.from({ length: 100 }, (_, i) => 1_000 * (i % 2 === 0 ? 1 : -1))
    mixer.setBed({ samples, gainDb: -6 })
    const silence = () => new Uint8Array(160).fill(0xff)
    const bed = decodeMulaw(mixed(mixer, silence()))
    expect(bed.every((sample, i) => Math.abs(sample - 501 * (i % 2 === 0 ? 1 : -1)) < 20)).toBe(true)
    expect(mulawLevelDbfs(mixed(mixer))).toBeGreaterThan(mulawLevelDbfs(frame()))
    mixer.setGain(-15)
    mixed(mixer, silence())
    expect(mulawLevelDbfs(mixed(mixer, silence()))).toBeCloseTo(20 * Math.log10(501 / 32_768) - 15, 0)
    mixer.setBed(null)
    mixer.setGain(0)
    mixed(mixer)
    expect(mixed(mixer)).toEqual(frame())
  })

  it('does not wrap around where speech and bed are loud', () => {
    const mixer = new Mixer()
    mixer.setBed({ samples: new Int16Array(10).fill(30_000), gainDb: 0 })
    const loud = encodeMulaw(new Int16Array(160).fill(30_000))
    expect(decodeMulaw(mixed(mixer, loud)).every(sample => sample > 31_000)).toBe(true)
  })
})
