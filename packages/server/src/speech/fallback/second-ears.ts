import { AudioMemory } from '../cascade/audio-memory.ts'
import type { Recognizer, RecognizerEvent, RecognizerSession, RecognizerStream } from '../cascade/port.ts'
import { VoiceFault } from '../port.ts'
import type { Breakers } from './breakers.ts'

/** One that hears, and what it is called in the breakers. */
export interface EarsChoice {
  readonly name: string
  readonly adapter: Recognizer
}

const OPEN_PATIENCE_MS = 1_500
/** Covers the time in which a half-open connection goes unnoticed, and the tries of whoever lost it. */
const MEMORY_MS = 8_000

/**
 * Recognizers in the order of preference as one: when one is lost for good the next hears what was said since
 * the last final words, and goes on. Only the last one's loss is told as the end.
 */
export function withSecondEars(choices: readonly EarsChoice[], breakers: Breakers): Recognizer {
  const [first] = choices
  if (!first) throw new VoiceFault('parley', 'refused', { message: 'no recognizer is configured' })
  return {
    capabilities: first.adapter.capabilities,
    open: async (session, signal) => {
      const stream = new LastingEars(breakers.standing(choices), breakers, session)
      await stream.open(signal)
      return stream
    },
  }
}

class LastingEars implements RecognizerStream {
  readonly #waiting: EarsChoice[]
  readonly #breakers: Breakers
  readonly #session: RecognizerSession
  readonly #memory = new AudioMemory(MEMORY_MS)
  #current: RecognizerStream | null = null
  #opened = false
  #disposed = false
  /** Audio up to here has final words. */
  #settledMs = 0
  #speech: { type: 'started' | 'stopped'; atMs: number } | null = null
  #phrases: readonly string[] = []

  constructor(choices: readonly EarsChoice[], breakers: Breakers, session: RecognizerSession) {
    this.#waiting = [...choices]
    this.#breakers = breakers
    this.#session = session
  }

  /** Opens the next one that can be opened. Rejects with the last one's VoiceFault. */
  async open(signal: AbortSignal): Promise<void> {
    let trouble: unknown = new VoiceFault('parley', 'refused', {
      message: 'no other recognizer is configured',
    })
    for (let next = this.#waiting.shift(); next && !this.#disposed; next = this.#waiting.shift()) {
      try {
        return await this.#begin(next, signal)
      } catch (error) {
        if (signal.aborted || (!this.#opened && isBadKey(error))) throw error
        this.#breakers.failed(next.name, error)
        trouble = error
      }
    }
    throw trouble
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#memory.write(frame, atMs)
    this.#current?.hear(frame, atMs)
  }

  speech(event: { type: 'started' | 'stopped'; atMs: number }): void {
    this.#speech = event
    this.#current?.speech(event)
  }

  expect(phrases: readonly string[]): void {
    this.#phrases = phrases
    this.#current?.expect(phrases)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    await this.#current?.[Symbol.asyncDispose]()
  }

  async #begin({ name, adapter }: EarsChoice, signal: AbortSignal): Promise<void> {
    const { language } = this.#session
    let lost = false
    this.#breakers.tried(name)
    const stream = await adapter.open(
      {
        language,
        onEvent: event => {
          if (lost || this.#disposed) return
          lost = event.type === 'fault' && event.fatal
          if (event.type === 'final') this.#breakers.worked(name)
          if (lost && event.type === 'fault') this.#lose(name, event.fault)
          else this.#tell(event)
        },
      },
      signal,
    )
    if (this.#disposed || lost) await stream[Symbol.asyncDispose]()
    else {
      this.#current = stream
      this.#opened = true
    }
  }

  #tell(event: RecognizerEvent): void {
    if (event.type === 'final') this.#settledMs = Math.max(this.#settledMs, event.endMs)
    this.#session.onEvent(event)
  }

  #lose(name: string, fault: Error): void {
    this.#breakers.failed(name, fault)
    const lost = this.#current
    this.#current = null
    void Promise.allSettled([lost?.[Symbol.asyncDispose]()])
    const fatal = this.#waiting.length === 0
    this.#session.onEvent({ type: 'fault', fault, fatal })
    if (!fatal) void this.#replace()
  }

  /** Never rejects. */
  async #replace(): Promise<void> {
    try {
      await this.open(AbortSignal.timeout(OPEN_PATIENCE_MS))
    } catch (error) {
      const fault = error instanceof Error ? error : new Error('no recognizer opened')
      if (!this.#disposed) this.#session.onEvent({ type: 'fault', fault, fatal: true })
      return
    }
    const stream = this.#current
    if (!stream) return
    if (this.#phrases.length > 0) stream.expect(this.#phrases)
    this.#memory.replay(this.#settledMs, (frame, atMs) => stream.hear(frame, atMs))
    if (this.#speech) stream.speech(this.#speech)
  }
}

/** A wrong key is to be told before a call is placed, not replaced. */
function isBadKey(error: unknown): boolean {
  return error instanceof VoiceFault && error.kind === 'unauthorized'
}
