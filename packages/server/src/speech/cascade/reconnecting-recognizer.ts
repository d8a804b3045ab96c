import { setTimeout as pause } from 'node:timers/promises'
import { VoiceFault } from '../port.ts'
import { AudioMemory } from './audio-memory.ts'
import type { Recognizer, RecognizerEvent, RecognizerSession, RecognizerStream } from './port.ts'

/** Before each try, in milliseconds. A callee who waits longer than all of them has hung up. */
const TRIES_AFTER_MS = [0, 250, 500, 1_000]
const OPEN_PATIENCE_MS = 2_000
/** Covers the time in which a half-open connection goes unnoticed, and the tries. */
const MEMORY_MS = 5_000

/**
 * A recognizer whose stream outlives its connection: when that is lost it is opened again, and what was
 * said since the last final words is played to the new one. A refusal is not tried again.
 */
export function reconnecting(recognizer: Recognizer): Recognizer {
  return {
    capabilities: recognizer.capabilities,
    open: async (session, signal) => {
      const stream = new ReconnectingStream(recognizer, session)
      await stream.connect(signal)
      return stream
    },
  }
}

class ReconnectingStream implements RecognizerStream {
  readonly #recognizer: Recognizer
  readonly #session: RecognizerSession
  readonly #memory = new AudioMemory(MEMORY_MS)
  readonly #ending = new AbortController()
  #inner: RecognizerStream | null = null
  #recovering = false
  /** Audio up to here has final words. */
  #settledMs = 0
  #speech: { type: 'started' | 'stopped'; atMs: number } | null = null
  #phrases: readonly string[] = []

  constructor(recognizer: Recognizer, session: RecognizerSession) {
    this.#recognizer = recognizer
    this.#session = session
  }

  /** Rejects with VoiceFault. */
  async connect(signal: AbortSignal): Promise<void> {
    const { language } = this.#session
    let current = true
    const inner = await this.#recognizer.open(
      {
        language,
        onEvent: event => {
          if (!current) return
          current = event.type !== 'fault' || !event.fatal
          this.#told(event)
        },
      },
      signal,
    )
    if (this.#ending.signal.aborted) await inner[Symbol.asyncDispose]()
    else this.#inner = inner
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#memory.write(frame, atMs)
    this.#inner?.hear(frame, atMs)
  }

  speech(event: { type: 'started' | 'stopped'; atMs: number }): void {
    this.#speech = event
    this.#inner?.speech(event)
  }

  expect(phrases: readonly string[]): void {
    this.#phrases = phrases
    this.#inner?.expect(phrases)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new DOMException('the recognizer is closed', 'AbortError'))
    const inner = this.#inner
    this.#inner = null
    await inner?.[Symbol.asyncDispose]()
  }

  #told(event: RecognizerEvent): void {
    if (this.#ending.signal.aborted) return
    if (event.type === 'final') this.#settledMs = Math.max(this.#settledMs, event.endMs)
    if (event.type !== 'fault' || !event.fatal || !worthRetrying(event.fault)) this.#session.onEvent(event)
    else if (!this.#recovering) void this.#recover(event.fault)
  }

  /** Never rejects. */
  async #recover(fault: Error): Promise<void> {
    this.#recovering = true
    this.#session.onEvent({ type: 'fault', fault, fatal: false })
    const lost = this.#inner
    this.#inner = null
    // What is lost already cannot be closed any better.
    await Promise.allSettled([lost?.[Symbol.asyncDispose]()])
    const last = await this.#retry(fault)
    this.#recovering = false
    if (this.#ending.signal.aborted) return
    if (last) this.#session.onEvent({ type: 'fault', fault: last, fatal: true })
    else this.#catchUp()
  }

  /** Null when it is connected again, else the last failure. */
  async #retry(first: Error): Promise<Error | null> {
    let last = first
    for (const afterMs of TRIES_AFTER_MS) {
      try {
        await pause(afterMs, undefined, { signal: this.#ending.signal })
        await this.connect(AbortSignal.any([this.#ending.signal, AbortSignal.timeout(OPEN_PATIENCE_MS)]))
        return null
      } catch (error) {
        last = error instanceof Error ? error : first
        if (this.#ending.signal.aborted || !worthRetrying(last)) return last
      }
    }
    return last
  }

  #catchUp(): void {
    const inner = this.#inner
    if (!inner) return
    if (this.#phrases.length > 0) inner.expect(this.#phrases)
    this.#memory.replay(this.#settledMs, (frame, atMs) => inner.hear(frame, atMs))
    if (this.#speech) inner.speech(this.#speech)
  }
}

function worthRetrying(fault: Error): boolean {
  return !(fault instanceof VoiceFault && ['unauthorized', 'quota', 'refused'].includes(fault.kind))
}
