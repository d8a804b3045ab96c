import { decodeMulaw, encodeMulaw } from '@parley/wire/audio/g711'
import { resample } from '@parley/wire/audio/resample'
import { makeTone } from '@parley/wire/audio/tone'

const SAMPLE_RATE_HZ = 8000
/** A slow reader's pace. */
export const MS_PER_LETTER = 55
const GAP_MS = 60
/** µ-law of silence. */
const SILENCE = 0xff

/** Beeps in the rhythm of a text: one per word, as long as the word, its pitch chosen by its first letter. */
export function toneSpeech(text: string): Uint8Array {
  const words = text.split(/\s+/u).filter(word => word !== '')
  return concat(words.flatMap(word => [beep(word), new Uint8Array(GAP_MS * 8).fill(SILENCE)]))
}

/** The pitch of a word. */
export function toneHz(word: string): number {
  return 300 + ((word.codePointAt(0) ?? 0) % 26) * 20
}

/** The same with another number of samples in a second, as a service speaks that does not do what it is asked. */
export function toneSpeechAt(text: string, sampleRateHz: number): Uint8Array {
  const speech = toneSpeech(text)
  if (sampleRateHz === SAMPLE_RATE_HZ) return speech
  return encodeMulaw(resample(decodeMulaw(speech), SAMPLE_RATE_HZ, sampleRateHz))
}

/** Where each word of the text begins and ends in its speech, in milliseconds. */
export function toneWords(text: string): { word: string; startMs: number; endMs: number }[] {
  let atMs = 0
  return text
    .split(/\s+/u)
    .filter(word => word !== '')
    .map(word => {
      const startMs = atMs
      const endMs = startMs + word.length * MS_PER_LETTER
      atMs = endMs + GAP_MS
      return { word, startMs, endMs }
    })
}

function beep(word: string): Uint8Array {
  return encodeMulaw(
    makeTone({
      frequenciesHz: [toneHz(word)],
      durationMs: word.length * MS_PER_LETTER,
      sampleRateHz: SAMPLE_RATE_HZ,
    }),
  )
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
