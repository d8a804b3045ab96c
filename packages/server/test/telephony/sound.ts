import { decodeMulaw, encodeMulaw } from '@parley/wire/audio/g711'
import { SILENCE_DBFS, mulawLevelDbfs } from '@parley/wire/audio/level'
import { keypadTone, makeTone } from '@parley/wire/audio/tone'

const RATE_HZ = 8000

/** A tone as µ-law, 8 bytes a millisecond. */
export function tone(frequencyHz: number, durationMs: number): Uint8Array {
  const samples = makeTone({ frequenciesHz: [frequencyHz], durationMs, sampleRateHz: RATE_HZ })
  // A sample of exactly zero is silence's own code; one step away, the tone has no hole in it.
  return encodeMulaw(samples).map(byte => (byte === 0xff || byte === 0x7f ? 0xfe : byte))
}

/** Where the first sound is, in bytes; -1 without any. */
export function soundStart(audio: Uint8Array): number {
  return audio.findIndex(byte => byte !== 0xff && byte !== 0x7f)
}

/** How much of the audio sounds, in milliseconds of frames. */
export function soundMs(audio: Uint8Array): number {
  let ms = 0
  for (let at = 0; at + 160 <= audio.length; at += 160)
    if (mulawLevelDbfs(audio.subarray(at, at + 160)) > SILENCE_DBFS + 40) ms += 20
  return ms
}

/** Level of every frame of 20 ms, in dB of full scale. */
export function frameLevels(audio: Uint8Array): number[] {
  return Array.from({ length: Math.floor(audio.length / 160) }, (_, i) =>
    mulawLevelDbfs(audio.subarray(i * 160, (i + 1) * 160)),
  )
}

/**
 * Whether the needle stands in the audio byte for byte, and where; pauses in it, which a busy test machine
 * makes, apart.
 */
export function findAudio(audio: Uint8Array, needle: Uint8Array): number {
  return Buffer.from(audio.filter(byte => byte !== SILENCE)).indexOf(Buffer.from(needle))
}

const SILENCE = 0xff

const keys = '123A456B789C*0#D'

/** Keypad tones (ITU-T Q.23) in what was heard, each key once while it is down. */
export function hearKeys(audio: Uint8Array): string {
  let heard = ''
  let last = ''
  for (let at = 0; at + 160 <= audio.length; at += 160) {
    const key = keyOf(decodeMulaw(audio.subarray(at, at + 160)))
    if (key !== last) heard += key
    last = key
  }
  return heard
}

function keyOf(samples: Int16Array): string {
  for (const key of keys) {
    const [low, high] = keypadTone(key) ?? [0, 0]
    if (power(samples, low) > 0.2 && power(samples, high) > 0.2) return key
  }
  return ''
}

/** Share of the energy at one frequency, by Goertzel's algorithm. */
function power(samples: Int16Array, frequencyHz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * frequencyHz) / RATE_HZ)
  let [one, two, energy] = [0, 0, 0]
  for (const sample of samples) {
    const next = sample + factor * one - two
    two = one
    one = next
    energy += sample * sample
  }
  if (energy < samples.length * 10_000) return 0
  return (2 * (one * one + two * two - factor * one * two)) / (energy * samples.length)
}
