import type { SpeechEvent } from './detection/speech-gate.ts'
import { EngineError } from './engine-error.ts'
import type { RecognizedText, RecognizerCommand } from './recognition/recognizing-stream.ts'
import { StreamWorker } from './workers/stream-worker.ts'

/**
 * The local ear: English telephone talk. It knows the turns of phrase of `phone-talk` and what it is
 * told to expect; other speech comes out as nothing. Modest: good enough to demonstrate and to test with.
 */
export interface Recognizers extends AsyncDisposable {
  /** Throws EngineError for languages other than English. */
  open(options: RecognizerOptions): RecognizerStream
}

export interface RecognizerOptions {
  /** BCP 47. */
  readonly language: string
  /** Exactly one final for each piece of speech, empty where it was not understood. */
  readonly onText: (text: RecognizedText) => void
}

export interface RecognizerStream {
  /** One 20 ms frame of µ-law. */
  write(frame: Uint8Array, atMs: number): void
  /** Where speech begins and stops, by a detector on the same audio: recognizers have none of their own. */
  speech(event: SpeechEvent): void
  /** Phrases that are likely next; replaces those of before. They hold from the next utterance on. */
  expect(phrases: readonly string[]): void
  /** Nothing is told after this. */
  close(): void
}

/** Resolves once the model is loaded and warm. */
export async function openRecognizers(): Promise<Recognizers> {
  const worker = new StreamWorker<null, RecognizerCommand, RecognizedText>(
    new URL('./recognition/recognition-worker.ts', import.meta.url),
  )
  await worker.ready()
  return {
    open({ language, onText }) {
      if (language.split('-')[0]?.toLowerCase() !== 'en') {
        throw new EngineError('language_not_available', { message: `no local recognizer hears ${language}` })
      }
      const stream = worker.open(null, onText)
      return {
        write: (frame, atMs) => stream.write(frame, atMs),
        speech: event => stream.send({ type: 'speech', event }),
        expect: phrases => stream.send({ type: 'expect', phrases: [...phrases] }),
        close: () => stream.close(),
      }
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}
