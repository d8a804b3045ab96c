import type { LocalSynthesizer } from '@parley/engines/synthesizer'
import type { Spelling } from './trials.ts'

const bytesPerMs = 8
const silence = 0xff

/** A callee's side of the line in µ-law, and when which of its words are said. */
export interface Sound {
  readonly audio: Uint8Array
  readonly said: readonly Said[]
}

export interface Said {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** Says a piece of text, in µ-law. */
export type Speak = (text: string) => Promise<Uint8Array>

export interface SoundOrder {
  readonly parts: Spelling
  /** Silence before the first word and after the last. */
  readonly beforeMs: number
  readonly afterMs: number
}

/** Speaks the words and keeps the pauses. Silence of the voice's own at the edges is cut off. */
export async function soundOf(speak: Speak, order: SoundOrder): Promise<Sound> {
  const { parts, beforeMs, afterMs } = order
  const pieces: Uint8Array[] = []
  const said: Said[] = []
  let lengthMs = 0
  for (const part of [beforeMs, ...parts, afterMs]) {
    const piece = typeof part === 'number' ? quiet(part) : withoutEdges(await speak(part))
    const endMs = lengthMs + piece.length / bytesPerMs
    if (typeof part === 'string') said.push({ text: part, startMs: lengthMs, endMs })
    pieces.push(piece)
    lengthMs = endMs
  }
  return { audio: Buffer.concat(pieces), said }
}

const quiet = (ms: number): Uint8Array => new Uint8Array(ms * bytesPerMs).fill(silence)

/** A synthesized voice; `rate`: 1 is its own speed. */
export function synthesized(
  synthesizer: LocalSynthesizer,
  { voice, rate }: { voice: string; rate: number },
): Speak {
  const options = { voice, language: 'en-US', rate }
  return async text => {
    const clauses: Uint8Array[] = []
    for await (const { audio } of synthesizer.speak(text, options, AbortSignal.timeout(60_000)))
      clauses.push(audio)
    return Buffer.concat(clauses)
  }
}

/** µ-law codes lie around 0x7f and 0xff; the smallest of them are the codec's whisper. */
const isQuiet = (code: number): boolean => (code & 0x7f) > 0x67

function withoutEdges(audio: Uint8Array): Uint8Array {
  const from = audio.findIndex(code => !isQuiet(code))
  const to = audio.findLastIndex(code => !isQuiet(code))
  return from === -1 ? audio : audio.subarray(from, to + 1)
}
