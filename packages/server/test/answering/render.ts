import type { LocalSynthesizer } from '@parley/engines/synthesizer'
import { decodeMulaw, encodeMulaw } from '@parley/wire/audio/g711'
import { makeTone } from '@parley/wire/audio/tone'
import type { Answer, Part } from './corpus.ts'

const voices = ['echo', 'marin', 'ash', 'shimmer', 'ballad', 'sage']
const afterMs = 4_000

/** An answer's audio, and when which words of it are said. */
export interface Rendered {
  readonly audio: Uint8Array
  readonly said: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[]
}

/** Renders one answer in µ-law, and silence after it; `index` chooses who speaks. */
export async function render(
  synthesizer: LocalSynthesizer,
  answer: Answer,
  index: number,
): Promise<Rendered> {
  const chunks: Int16Array[] = []
  const said: { text: string; startMs: number; endMs: number }[] = []
  let samples = 0
  for (const part of [...answer.parts, afterMs]) {
    const chunk = await renderPart(synthesizer, part, {
      answer,
      voice: voices[index % voices.length] ?? 'echo',
    })
    if (typeof part === 'string')
      said.push({ text: part, startMs: samples / 8, endMs: (samples + chunk.length) / 8 })
    chunks.push(chunk)
    samples += chunk.length
  }
  return {
    audio: encodeMulaw(withNoise(Int16Array.from(chunks.flatMap(one => [...one])), answer.noise)),
    said,
  }
}

async function renderPart(
  synthesizer: LocalSynthesizer,
  part: Part,
  { answer, voice }: { answer: Answer; voice: string },
): Promise<Int16Array> {
  if (typeof part === 'number') return new Int16Array(part * 8)
  if (typeof part !== 'string')
    return makeTone({ frequenciesHz: part.hz, durationMs: part.ms, sampleRateHz: 8_000, amplitude: 0.18 })
  const spoken: Uint8Array[] = []
  const options = { voice, language: answer.language, rate: answer.rate }
  for await (const { audio } of synthesizer.speak(part, options, AbortSignal.timeout(60_000)))
    spoken.push(audio)
  return decodeMulaw(Buffer.concat(spoken))
}

/** The same noise each time. */
function withNoise(samples: Int16Array, peak: number): Int16Array {
  let state = 11
  return samples.map(sample => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return sample + (state / 2 ** 31) * peak
  })
}
