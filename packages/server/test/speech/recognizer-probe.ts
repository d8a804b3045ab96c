import { expect } from 'vitest'
import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import type {
  Recognizer,
  RecognizerCapabilities,
  RecognizerEvent,
  RecognizerSession,
  RecognizerStream,
} from '../../src/speech/cascade/port.ts'

type Of<Type extends RecognizerEvent['type']> = Extract<RecognizerEvent, { type: Type }>

const FRAME_BYTES = 160
const FRAME_MS = 20
/** After so much silence a detector says that speech has stopped. */
const STOPPED_AFTER_MS = 300

/** A recognizer's stream with a telephone line and a detector in front of it, and all that it told. */
export class RecognizerProbe {
  readonly events: RecognizerEvent[] = []
  /** All audio it was given. */
  readonly given: Uint8Array[] = []
  atMs = 5_000
  readonly #paceMs: number
  #stream: RecognizerStream | null = null
  #capabilities: RecognizerCapabilities | null = null

  /** `paceMs`: how long 200 ms of audio take. */
  constructor(paceMs: number) {
    this.#paceMs = paceMs
  }

  get stream(): RecognizerStream {
    if (!this.#stream) throw new Error('the probe is not open')
    return this.#stream
  }

  get capabilities(): RecognizerCapabilities | null {
    return this.#capabilities
  }

  async open(recognizer: Recognizer, session: Omit<RecognizerSession, 'onEvent'>): Promise<void> {
    const onEvent = (event: RecognizerEvent) => void this.events.push(event)
    this.#capabilities = recognizer.capabilities
    this.#stream = await recognizer.open({ ...session, onEvent }, AbortSignal.timeout(5_000))
  }

  of<Type extends RecognizerEvent['type']>(type: Type): Of<Type>[] {
    return this.events.filter(event => event.type === type) as Of<Type>[]
  }

  /** Final text so far. */
  get text(): string {
    const texts = this.of('final').map(event => event.text.trim())
    return texts.filter(text => text !== '').join(' ')
  }

  /** Finals that answer a pause. */
  get answers(): number {
    return this.of('final').filter(event => event.more !== true).length
  }

  async hear(audio: Uint8Array): Promise<void> {
    for (let at = 0; at + FRAME_BYTES <= audio.length; at += FRAME_BYTES) {
      const frame = audio.slice(at, at + FRAME_BYTES)
      this.given.push(frame)
      this.stream.hear(frame, this.atMs)
      this.atMs += FRAME_MS
      if (at % (10 * FRAME_BYTES) === 0) await new Promise(resolve => setTimeout(resolve, this.#paceMs))
    }
  }

  /** Speech with what a detector tells of it. Returns where it began. */
  async say(audio: Uint8Array): Promise<number> {
    await this.hear(silence(400))
    const startMs = this.atMs
    await this.begin(audio)
    await this.pause()
    return startMs
  }

  async begin(audio: Uint8Array): Promise<void> {
    const startMs = this.atMs
    await this.hear(audio.subarray(0, 5 * FRAME_BYTES))
    this.stream.speech({ type: 'started', atMs: startMs })
    await this.hear(audio.subarray(5 * FRAME_BYTES))
  }

  async pause(): Promise<void> {
    await this.hear(silence(STOPPED_AFTER_MS))
    this.stream.speech({ type: 'stopped', atMs: this.atMs })
  }

  /** The line goes on, silent, until it is so. */
  async until(check: () => boolean): Promise<void> {
    const deadline = performance.now() + 15_000
    while (!check() && performance.now() < deadline) {
      await this.hear(silence(FRAME_MS))
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(check(), JSON.stringify(this.events)).toBe(true)
  }
}

export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * 8).fill(MULAW_SILENCE)
}
