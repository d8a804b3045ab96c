import { fromMulaw } from '../audio/line-samples.ts'
import type { ServedStream } from '../workers/serve-streams.ts'
import { CLOSED_GATE, passWindow, type GateOptions, type SpeechEvent } from './speech-gate.ts'
import { soundEdges } from './sound-edges.ts'
import { WINDOW_SAMPLES, type SpeechModel } from './speech-model.ts'

const SAMPLES_PER_MS = 8
/** A frame that comes this much off its place starts a new window. */
const MAX_SLIP_MS = 5

/** Cuts 20 ms frames into the model's windows and tells where speech begins and ends. */
export function detectStream(
  model: SpeechModel,
  options: GateOptions,
  emit: (event: SpeechEvent) => void,
): ServedStream<never> {
  const stream = model.open()
  // Room for a window less one sample, and one frame after it.
  const samples = new Float32Array(WINDOW_SAMPLES * 2)
  const window = samples.subarray(0, WINDOW_SAMPLES)
  let filled = 0
  let windowStartMs = 0
  let gate = CLOSED_GATE
  const edges = soundEdges()
  const tell = ({ type, atMs }: SpeechEvent) =>
    emit({ type, atMs: type === 'started' ? edges.onset(atMs) : edges.end(atMs) })

  const hear = async (frame: Uint8Array, atMs: number) => {
    const expectedMs = windowStartMs + filled / SAMPLES_PER_MS
    if (filled === 0 || Math.abs(atMs - expectedMs) > MAX_SLIP_MS) {
      filled = 0
      windowStartMs = atMs
    }
    fromMulaw(frame, samples, filled)
    edges.hear(samples, filled, atMs)
    filled += frame.length
    if (filled < WINDOW_SAMPLES) return
    const likelihood = await stream.likelihood(window)
    const endMs = windowStartMs + WINDOW_SAMPLES / SAMPLES_PER_MS
    const [next, event] = passWindow(gate, { startMs: windowStartMs, endMs, likelihood }, options)
    gate = next
    samples.copyWithin(0, WINDOW_SAMPLES, filled)
    filled -= WINDOW_SAMPLES
    windowStartMs = endMs
    if (event) tell(event)
  }
  return { hear, command: () => undefined, close: () => undefined }
}
