import { toTelephoneRate } from './telephone-band.ts'
import { fadeEdges, normaliseLevel, trimToSpeech } from './level.ts'
import { toMulaw } from './line-samples.ts'

/** A synthesizer's raw output and how to read it. */
export interface RawSpeech {
  readonly samples: Int16Array
  /** Rate to read the samples at, timbre shift included. */
  readonly sampleRateHz: number
  /** Silence after the words. */
  readonly pauseMs: number
}

/** One clause as µ-law at 8 kHz, or nothing where the engine said nothing. */
export function toLineAudio({ samples, sampleRateHz, pauseMs }: RawSpeech): Uint8Array {
  const speech = trimToSpeech(toTelephoneRate(samples, sampleRateHz))
  if (speech.length === 0) return new Uint8Array(0)
  normaliseLevel(speech)
  fadeEdges(speech)
  return toMulaw(speech, Math.round(pauseMs * 8))
}
