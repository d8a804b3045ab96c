import { describe, expect, it } from 'vitest'
import { EchoGuard } from './echo-guard.ts'
import { encodeMulaw } from './g711.ts'
import { chanceOf, murmur, noise } from './sound-sources.ts'

const seconds = 6
const length = seconds * 8_000

/** Somebody who talks, at about −20 dBFS while they do. */
function voice(seed: number): Float64Array {
  const source = murmur(chanceOf(seed))
  const raw = Float64Array.from({ length }, () => source())
  const power = raw.reduce((sum, sample) => sum + sample * sample, 0) / length
  return raw.map(sample => (sample * 3_000) / Math.sqrt(power))
}

function echoOf(played: Float64Array, { db, delayMs }: { db: number; delayMs: number }): Float64Array {
  const gain = 10 ** (db / 20)
  return played.map((_, i) => gain * (played[i - Math.round(delayMs * 8)] ?? 0))
}

function mix(...sounds: Float64Array[]): Uint8Array {
  const hiss = noise(chanceOf(99))
  return encodeMulaw(
    Int16Array.from({ length }, (_, i) => {
      const sum = sounds.reduce((total, sound) => total + (sound[i] ?? 0), 8 * hiss())
      return Math.max(-32_000, Math.min(32_000, Math.round(sum)))
    }),
  )
}

interface Judged {
  readonly levelDb: number
  readonly echo: boolean
  readonly atMs: number
}

/** Every frame's verdict, with the level of what was heard. */
function judge(played: Uint8Array, heard: Uint8Array, level: Float64Array): Judged[] {
  const guard = new EchoGuard()
  return Array.from({ length: length / 160 }, (_, frame) => {
    const [from, to] = [frame * 160, (frame + 1) * 160]
    const echo = guard.isEcho(played.subarray(from, to), heard.subarray(from, to))
    const power = level.subarray(from, to).reduce((sum, sample) => sum + sample * sample, 0) / 160
    return { echo, levelDb: 10 * Math.log10(Math.max(1e-9, power / 32_768 ** 2)), atMs: frame * 20 }
  })
}

const audible = (frames: Judged[], overDb: number, fromMs: number) =>
  frames.filter(({ levelDb, atMs }) => levelDb > overDb && atMs >= fromMs)

const shareOfEcho = (frames: Judged[]) => frames.filter(({ echo }) => echo).length / frames.length

describe('our own audio that comes back', () => {
  const cases = [-6, -12, -18, -24, -30].flatMap(db =>
    [40, 121, 250, 333, 500].map(delayMs => ({ db, delayMs })),
  )
  it.each(cases)('at $db dB after $delayMs ms is no speech', ({ db, delayMs }) => {
    const agent = voice(1)
    const echo = echoOf(agent, { db, delayMs })
    const frames = judge(mix(agent), mix(echo), echo)
    expect(shareOfEcho(audible(frames, -52, 1_500))).toBeGreaterThan(0.93)
  })

  it.each(cases.filter(({ delayMs }) => delayMs % 10 === 0))(
    'at $db dB after $delayMs ms does not hide the callee',
    ({ db, delayMs }) => {
      const [agent, callee] = [voice(1), voice(2)]
      const late = callee.map((sample, i) => (i > 3 * 8_000 ? sample : 0))
      const frames = judge(mix(agent), mix(echoOf(agent, { db, delayMs }), late), late)
      expect(shareOfEcho(audible(frames, -25, 3_000))).toBeLessThan(0.05)
    },
  )
})

it.each([2, 3, 4, 5, 6])('somebody else (%i) is never taken for an echo', seed => {
  const [agent, callee] = [voice(1), voice(seed)]
  expect(shareOfEcho(audible(judge(mix(agent), mix(callee), callee), -45, 0))).toBeLessThan(0.01)
})

it('the level of the agent may change in between', () => {
  const agent = voice(1).map((sample, i) => sample * (Math.floor(i / 8_000) % 2 === 0 ? 1 : 0.18))
  const echo = echoOf(agent, { db: -12, delayMs: 180 })
  const frames = judge(mix(agent), mix(echo), echo)
  expect(shareOfEcho(audible(frames, -50, 1_500))).toBeGreaterThan(0.9)
})
