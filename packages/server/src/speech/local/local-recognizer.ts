import type { Recognizers } from '@parley/engines/recognizer'
import type { Recognizer, RecognizerSession, RecognizerStream } from '../cascade/port.ts'

/** The local ears behind the cascade's port. Speech that makes no sense to them is a final without text. */
export class LocalRecognizer implements Recognizer {
  readonly capabilities = { wordTimes: false }
  readonly #engine: () => Recognizers

  constructor(engine: () => Recognizers) {
    this.#engine = engine
  }

  async open(session: RecognizerSession): Promise<RecognizerStream> {
    const stream = this.#engine().open({
      language: session.language,
      onText: ({ text, final, startMs, endMs }) =>
        session.onEvent({ type: final ? 'final' : 'partial', text, startMs, endMs }),
    })
    return {
      hear: (frame, atMs) => stream.write(frame, atMs),
      speech: event => stream.speech(event),
      expect: phrases => stream.expect(phrases),
      [Symbol.asyncDispose]: async () => stream.close(),
    }
  }
}
