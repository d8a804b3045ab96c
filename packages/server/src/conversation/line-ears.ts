import { decodeMulaw } from '@parley/wire/audio/g711'
import { LineToneDetector } from '@parley/wire/audio/line-tones'
import { SoundGate } from '@parley/wire/audio/sound-gate'
import type { HeardTone } from './answering/line-signals.ts'

export type LineSound = { type: 'tone'; tone: HeardTone } | { type: 'sound'; sounding: boolean; atMs: number }

/** Tones mean something while it is found out who answered; later they are the ones of a kitchen. */
const listensForMs = 90_000

/** Hears tones and sounds in the callee's audio, frame by frame, without waiting for any recognizer. */
export function openLineEars(post: (event: LineSound) => void): (frame: Uint8Array, atMs: number) => void {
  const samples = new Int16Array(160)
  const tones = new LineToneDetector((frequencyHz, fromMs, toMs) =>
    post({ type: 'tone', tone: { frequencyHz, fromMs, toMs } }),
  )
  const gate = new SoundGate((type, atMs) => post({ type: 'sound', sounding: type === 'started', atMs }))
  return (frame, atMs) => {
    if (atMs > listensForMs) return
    decodeMulaw(frame, samples)
    tones.push(samples, atMs)
    gate.push(samples, atMs)
  }
}
