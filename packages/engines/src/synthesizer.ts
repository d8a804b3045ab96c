import { EngineError } from './engine-error.ts'
import { openEspeak, type Espeak } from './espeak/espeak.ts'
import type { FliteClause } from './flite/flite-worker.ts'
import { splitClauses, type Clause } from './text/clauses.ts'
import { englishSpeechText } from './text/english-speech-text.ts'
import { findVoice, LOCAL_VOICES, type LocalVoice } from './voices.ts'
import { QuestionWorker } from './workers/question-worker.ts'

/** The local mouth: English by Flite in this process, other languages by eSpeak NG where it is installed. */
export interface LocalSynthesizer extends AsyncDisposable {
  readonly voices: readonly { id: string; languages: string[]; description: string }[]
  /** Speaks clause by clause. Throws EngineError; aborting ends it with the signal's reason. */
  speak(text: string, options: SpeakOptions, signal: AbortSignal): AsyncIterable<SpokenClause>
}

export interface SpeakOptions {
  readonly voice: string
  /** BCP 47; English where not given. */
  readonly language?: string
  /** 1 is the voice's own speed; 0.5 to 2. */
  readonly rate?: number
}

export interface SpokenClause {
  /** G.711 µ-law at 8 kHz. */
  readonly audio: Uint8Array
  /** The clause it says, as it was written. */
  readonly text: string
}

type SpeakClause = (clause: Clause, signal: AbortSignal) => Promise<Uint8Array>

/** Resolves once both engines are warm. */
export async function openSynthesizer(): Promise<LocalSynthesizer> {
  const synthesizer = new Synthesizer(await openEspeak())
  await synthesizer.warmUp()
  return synthesizer
}

class Synthesizer implements LocalSynthesizer {
  readonly voices: LocalSynthesizer['voices']
  private readonly flite = new QuestionWorker<FliteClause, Uint8Array>(
    new URL('./flite/flite-worker.ts', import.meta.url),
  )
  private readonly espeak: Espeak | null

  constructor(espeak: Espeak | null) {
    this.espeak = espeak
    const languages = ['en', ...(espeak?.languages ?? []).filter(language => language !== 'en')]
    this.voices = LOCAL_VOICES.map(({ id, description }) => ({ id, description, languages }))
  }

  async warmUp(): Promise<void> {
    for await (const _ of this.speak('Hello.', { voice: 'alloy' }, AbortSignal.timeout(15_000))) continue
  }

  /** One clause ahead: while a clause is consumed, the next one is being made. */
  async *speak(text: string, options: SpeakOptions, signal: AbortSignal): AsyncIterable<SpokenClause> {
    const speakClause = this.speakerFor(options)
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const start = (clause: Clause | undefined) => clause && unwatched(speakClause(clause, either))
    const clauses = splitClauses(text)
    let next = start(clauses[0])
    try {
      for (const [index, clause] of clauses.entries()) {
        const audio = await next
        next = start(clauses[index + 1])
        signal.throwIfAborted()
        if (audio && audio.length > 0) yield { audio, text: clause.text }
      }
    } finally {
      stop.abort()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.flite[Symbol.asyncDispose](), this.espeak?.[Symbol.asyncDispose]()])
  }

  private speakerFor({ voice: id, language = 'en', rate = 1 }: SpeakOptions): SpeakClause {
    const voice = findVoice(id)
    if (!voice) throw new EngineError('voice_not_available', { message: `no local voice is called ${id}` })
    const speed = Math.min(2, Math.max(0.5, rate))
    const base = language.split('-')[0]?.toLowerCase()
    if (base === 'en') return (clause, signal) => this.flite.ask(englishClause(clause, voice, speed), signal)
    if (this.espeak?.languages.includes(base ?? ''))
      return this.espeak.speaker(voice, { language, rate: speed })
    throw new EngineError('language_not_available', { message: `no local voice speaks ${language}` })
  }
}

/** A bent timbre also shortens the speech; the stretch takes that back. */
function englishClause({ text, pauseMs }: Clause, voice: LocalVoice, rate: number): FliteClause {
  const { english, timbre } = voice
  const settings = { ...english, stretch: (english.stretch * timbre) / rate }
  return { text: englishSpeechText(text), settings, timbre, pauseMs }
}

/** A clause that is made ahead may fail after its speaker was abandoned; then nobody is left to hear of it. */
function unwatched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
