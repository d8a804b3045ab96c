import type { GateOptions, SpeechEvent } from './detection/speech-gate.ts'
import { StreamWorker } from './workers/stream-worker.ts'

/** Finds speech in the audio of many calls, on one worker thread. */
export interface SpeechDetectors extends AsyncDisposable {
  /** `silero-v5`, or `energy` where that cannot be loaded. */
  readonly engine: string
  open(options: DetectorOptions): SpeechDetector
}

export interface DetectorOptions {
  /** `started` is dated at the onset, `stopped` at the last moment of speech, on the clock of `write`. */
  readonly onSpeech: (event: SpeechEvent) => void
  /** Silence that ends speech; 300 ms where not given. */
  readonly stopAfterMs?: number
  /** Likelihood from which a window counts as speech; 0.5 where not given. */
  readonly threshold?: number
}

export interface SpeechDetector {
  /** One 20 ms frame of µ-law. */
  write(frame: Uint8Array, atMs: number): void
  /** Nothing is told after this. */
  close(): void
}

/** Resolves once the model is loaded and warm. */
export async function openSpeechDetectors(): Promise<SpeechDetectors> {
  const worker = new StreamWorker<GateOptions, never, SpeechEvent>(
    new URL('./detection/detector-worker.ts', import.meta.url),
  )
  const engine = await worker.ready()
  return {
    engine,
    open: ({ onSpeech, stopAfterMs = 300, threshold = 0.5 }) =>
      worker.open({ stopAfterMs, threshold }, onSpeech),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}
