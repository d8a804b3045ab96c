import type { SpeechEvent } from './detection/speech-gate.ts'
import type { RecognizedText } from './recognition/recognizing-stream.ts'
import { openRecognizers } from './recognizer.ts'
import { openSpeechDetectors } from './speech-detector.ts'

/** Detection and recognition of the same audio, for those who need both and nothing between. */
export interface Ears extends AsyncDisposable {
  open(options: EarOptions): OpenEar
}

export interface EarOptions {
  /** BCP 47; English only. */
  readonly language: string
  readonly onSpeech?: (event: SpeechEvent) => void
  /** One final for each piece of speech, empty where it was not understood. */
  readonly onText: (text: RecognizedText) => void
  readonly stopAfterMs?: number
}

export interface OpenEar {
  /** One 20 ms frame of µ-law. */
  write(frame: Uint8Array, atMs: number): void
  /** Phrases that are likely next. */
  expect(phrases: readonly string[]): void
  close(): void
}

export async function openEars(): Promise<Ears> {
  const [detectors, recognizers] = await Promise.all([openSpeechDetectors(), openRecognizers()])
  return {
    open({ language, onSpeech, onText, stopAfterMs = 300 }) {
      const recognizer = recognizers.open({ language, onText })
      const detector = detectors.open({
        stopAfterMs,
        onSpeech: event => {
          recognizer.speech(event)
          onSpeech?.(event)
        },
      })
      return {
        write(frame, atMs) {
          recognizer.write(frame, atMs)
          detector.write(frame, atMs)
        },
        expect: phrases => recognizer.expect(phrases),
        close() {
          detector.close()
          recognizer.close()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([detectors[Symbol.asyncDispose](), recognizers[Symbol.asyncDispose]()])
    },
  }
}
