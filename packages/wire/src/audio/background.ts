import type { Bed } from './mixer.ts'
import {
  type Chance,
  chanceOf,
  clinking,
  lowPass,
  murmur,
  noise,
  passing,
  type Source,
  typing,
} from './sound-sources.ts'

/** Sounds of a place, made here sample by sample: loops without a seam, the same on every machine. */

export const places = ['office', 'cafe', 'street', 'call_center'] as const
export type Place = (typeof places)[number]

const RATE_HZ = 8_000
const LOOP_SAMPLES = 16 * RATE_HZ
const FADE_SAMPLES = RATE_HZ
/** So much at a time: nobody else waits longer than a few milliseconds. */
const SLICE_SAMPLES = 1_000
/** Of a bed at 0 dB: 10 dB under speech on a phone line. */
const LEVEL_DBFS = -30
const LOUDEST = 12_000

const made = new Map<Place, Promise<Int16Array>>()

/** Made once per process, a slice at a time; in shared memory, so that a thread gets it without a copy. */
export async function openBed(place: Place, gainDb: number): Promise<Bed> {
  const samples = made.get(place) ?? render(place)
  made.set(place, samples)
  return { samples: await samples, gainDb }
}

async function render(place: Place): Promise<Int16Array> {
  const source = sourceOf(place)
  const raw = new Float32Array(LOOP_SAMPLES + FADE_SAMPLES)
  for (let at = 0; at < raw.length; at += SLICE_SAMPLES) {
    for (let i = at; i < Math.min(raw.length, at + SLICE_SAMPLES); i++) raw[i] = source()
    await new Promise(resolve => setImmediate(resolve))
  }
  return levelled(looped(raw))
}

/** What runs past the end fades out over the beginning, which fades in: equal power, since they are strangers. */
function looped(raw: Float32Array): Float32Array {
  const loop = raw.slice(0, LOOP_SAMPLES)
  for (let i = 0; i < FADE_SAMPLES; i++) {
    const angle = ((i / FADE_SAMPLES) * Math.PI) / 2
    loop[i] = (raw[i] ?? 0) * Math.sin(angle) + (raw[LOOP_SAMPLES + i] ?? 0) * Math.cos(angle)
  }
  return loop
}

function levelled(loop: Float32Array): Int16Array {
  const power = loop.reduce((sum, sample) => sum + sample * sample, 0) / loop.length
  const scale = (32_768 * 10 ** (LEVEL_DBFS / 20)) / Math.sqrt(power)
  const samples = new Int16Array(new SharedArrayBuffer(loop.length * 2))
  for (let i = 0; i < loop.length; i++)
    samples[i] = Math.max(-LOUDEST, Math.min(LOUDEST, Math.round((loop[i] ?? 0) * scale)))
  return samples
}

function sourceOf(place: Place): Source {
  const chance = chanceOf(places.indexOf(place) + 1)
  switch (place) {
    case 'office':
      return sum([
        [1.6, lowPass(noise(chance), 180)],
        [0.05, noise(chance)],
        [0.5, typing(chance)],
        [0.12, crowd(chance, 2)],
      ])
    case 'cafe':
      return sum([
        [1, crowd(chance, 7)],
        [0.03, clinking(chance)],
        [0.35, lowPass(noise(chance), 400)],
      ])
    case 'street':
      return sum([
        [1, passing(chance)],
        [0.7, passing(chance)],
        [0.6, lowPass(noise(chance), 120)],
        [0.05, noise(chance)],
      ])
    case 'call_center':
      return sum([
        [1, crowd(chance, 9)],
        [0.35, typing(chance)],
        [0.3, typing(chance)],
        [0.25, lowPass(noise(chance), 250)],
      ])
  }
}

function crowd(chance: Chance, voices: number): Source {
  return lowPass(sum(Array.from({ length: voices }, () => [0.5 + 0.5 * chance(), murmur(chance)])), 1_800)
}

function sum(parts: readonly (readonly [share: number, source: Source])[]): Source {
  return () => {
    let total = 0
    for (const [share, source] of parts) total += share * source()
    return total
  }
}
