import type {
  Recognizer,
  RecognizerEvent,
  RecognizerSession,
  RecognizerStream,
  Synthesizer,
  SynthesizerStream,
} from './port.ts'

/** What hears and speaks a language. */
export interface Tongue {
  readonly recognizer: Recognizer
  readonly synthesizer: Synthesizer
  readonly voice: string
}

export interface TongueStreams {
  readonly recognizer: RecognizerStream
  readonly synthesizer: SynthesizerStream
}

/** Opens both side by side; when one fails, the other is closed again. Rejects with VoiceFault. */
export async function openStreams(
  tongue: Tongue,
  session: RecognizerSession,
  signal: AbortSignal,
): Promise<TongueStreams> {
  const { voice } = tongue
  const recognizing = tongue.recognizer.open(session, signal)
  const synthesizing = tongue.synthesizer.open({ voice, language: session.language }, signal)
  const [recognizer, synthesizer] = await Promise.allSettled([recognizing, synthesizing])
  if (recognizer.status === 'fulfilled' && synthesizer.status === 'fulfilled')
    return { recognizer: recognizer.value, synthesizer: synthesizer.value }
  if (recognizer.status === 'fulfilled') await recognizer.value[Symbol.asyncDispose]()
  if (synthesizer.status === 'fulfilled') await synthesizer.value[Symbol.asyncDispose]()
  throw recognizer.status === 'rejected' ? recognizer.reason : (synthesizer as PromiseRejectedResult).reason
}

/** What a recognizer tells: kept until it is the one that hears, passed on while it is, dropped after that. */
export class RecognizerOutlet {
  #early: RecognizerEvent[] = []
  #tell: (event: RecognizerEvent) => void = event => void this.#early.push(event)

  readonly take = (event: RecognizerEvent): void => this.#tell(event)

  open(tell: (event: RecognizerEvent) => void): void {
    this.#tell = tell
    for (const event of this.#early.splice(0)) this.#tell(event)
  }

  close(): void {
    this.#tell = () => undefined
    this.#early = []
  }
}
