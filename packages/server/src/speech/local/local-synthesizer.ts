import type { LocalSynthesizer as Engine } from '@parley/engines/synthesizer'
import type { Synthesizer, SynthesizerStream } from '../cascade/port.ts'
import { VoiceFault } from '../port.ts'

/** The local voices behind the cascade's port: sentence by sentence, as the text arrives. */
export class LocalSynthesizer implements Synthesizer {
  readonly #engine: () => Engine

  constructor(engine: () => Engine) {
    this.#engine = engine
  }

  async open(session: { voice: string; language: string }): Promise<SynthesizerStream> {
    const engine = this.#engine()
    const known = engine.voices.some(voice => voice.id === session.voice)
    if (!known)
      throw new VoiceFault('local', 'refused', { message: `There is no local voice ${session.voice}` })
    return {
      speak: (text, signal) => speak(engine, { text, session }, signal),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
}

/** The local voices of a process that may never need them: `engine` loads them when somebody speaks. */
export function lateSynthesizer(engine: () => Promise<Engine>): Synthesizer {
  return {
    open: async session => {
      const loaded = await engine()
      return await new LocalSynthesizer(() => loaded).open(session)
    },
  }
}

async function* speak(
  engine: Engine,
  { text, session }: { text: AsyncIterable<string>; session: { voice: string; language: string } },
  signal: AbortSignal,
): AsyncGenerator<{ audio: Uint8Array; text: string }> {
  try {
    for await (const part of text) if (part.trim() !== '') yield* engine.speak(part, session, signal)
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new VoiceFault('local', 'refused', { message: 'The local synthesizer failed', cause })
  }
}
