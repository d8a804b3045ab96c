import { encodeMulaw } from '@parley/wire/audio/g711'
import type { Leg } from '../telephony/port.ts'

/** Quiet against speech, which is around -20 dBFS: whoever waits should hear that the line lives, no more. */
const amplitude = 0.045
const sampleRateHz = 8_000
const noteMs = 400
/** Broken chords, C major to A minor to F to G, by semitones from A4; made here, so nobody's property. */
const semitones = [-9, -5, -2, 3, -2, -5, -12, -9, -5, 0, -5, -9, -16, -12, -9, -4, -9, -12, -14, -10, -7, -2]

const chunkMs = 100
const bytesPerMs = 8
const refillEveryMs = 200
const aheadMs = 600

/** Plays until the answer is called; the line is silent within a frame then. */
export function playHoldMusic({ speaker }: Pick<Leg, 'speaker'>): () => void {
  const loop = holdMusic()
  const chunkBytes = chunkMs * bytesPerMs
  let at = 0
  const refill = () => {
    for (let ahead = speaker.queuedMs; ahead < aheadMs; ahead += chunkMs) {
      speaker.write(loop.subarray(at, at + chunkBytes))
      at = (at + chunkBytes) % loop.length
    }
  }
  refill()
  const timer = setInterval(refill, refillEveryMs)
  return () => {
    clearInterval(timer)
    speaker.clear()
  }
}

let made: Uint8Array | undefined

/** One round of it, µ-law at 8 kHz. */
export function holdMusic(): Uint8Array {
  if (made) return made
  const perNote = (noteMs / 1_000) * sampleRateHz
  const samples = new Int16Array(semitones.length * perNote)
  for (const [note, semitone] of semitones.entries()) {
    const hz = 440 * 2 ** (semitone / 12)
    for (let i = 0; i < perNote; i++) {
      const seconds = i / sampleRateHz
      // A soft attack and a decay to nothing, so that notes follow each other without a click.
      const envelope = Math.min(1, seconds / 0.02) * (1 - i / perNote) ** 2
      const tone = Math.sin(2 * Math.PI * hz * seconds) + 0.3 * Math.sin(4 * Math.PI * hz * seconds)
      samples[note * perNote + i] = Math.round(32_767 * amplitude * envelope * tone)
    }
  }
  made = encodeMulaw(samples)
  return made
}
