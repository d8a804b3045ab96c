import { randomUUID } from 'node:crypto'
import { VoiceFault } from '../../../port.ts'
import { PushStream } from '../../../push-stream.ts'
import type { SocketSession } from '../../../socket-session.ts'
import type { Spoken } from '../../port.ts'
import { SentText } from '../../sent-text.ts'
import {
  cancelContext,
  type CartesiaMessage,
  type Context,
  PROVIDER,
  speakPiece,
  type TimedWord,
} from './messages.ts'

const NOTHING = new Uint8Array()
const BYTES_PER_MS = 8
/** After so much audio a language has no word times: its words are told as they were sent. */
const UNTIMED_MS = 1_000
/** Audio that ends so long before its last word, or so long after it, has another sample rate than was asked for. */
const MOST_MISSING_MS = 300
const MOST_SILENCE_MS = 2_000

/** One context: an utterance on a connection that outlives it. */
export class Utterance {
  readonly audio = new PushStream<Spoken>()
  readonly #context: Context
  readonly #socket: SocketSession
  readonly #sent = new SentText()
  #spokenMs = 0
  #toldMs = 0
  #timed = false
  #over = false

  constructor(socket: SocketSession, context: Omit<Context, 'contextId'>) {
    this.#socket = socket
    this.#context = { ...context, contextId: randomUUID() }
  }

  get contextId(): string {
    return this.#context.contextId
  }

  /** Sends the text while it arrives. A failing text fails the audio. */
  async feed(text: AsyncIterable<string>): Promise<void> {
    try {
      for await (const piece of text) {
        if (this.#over) return
        this.#sent.add(piece)
        this.#socket.send(speakPiece(this.#context, { text: piece, last: false }))
      }
      if (!this.#over) this.#socket.send(speakPiece(this.#context, { text: '', last: true }))
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  received(message: Exclude<CartesiaMessage, { type: 'other' | 'garbage' }>): void {
    if (this.#over) return
    if (message.type === 'audio') this.#audio(message.audio)
    else if (message.type === 'words') this.#words(message.words)
    else if (message.type === 'done') this.#finish()
    else this.fail(message.fault)
  }

  fail(error: Error): void {
    this.#over = true
    this.audio.fail(error)
  }

  /** Stops the service where it has not finished. */
  stop(): void {
    if (!this.#over) this.#socket.send(cancelContext(this.contextId))
    this.#over = true
    this.audio.end()
  }

  #audio(audio: Uint8Array): void {
    if (audio.length === 0) return
    this.#spokenMs += audio.length / BYTES_PER_MS
    const untimed = !this.#timed && this.#spokenMs > UNTIMED_MS
    this.audio.push({
      audio,
      text: untimed ? this.#sent.rest() : '',
      ...(untimed ? { atMs: this.#toldMs } : {}),
    })
    if (untimed) this.#toldMs = this.#spokenMs
  }

  #words(words: readonly TimedWord[]): void {
    for (const { word, startMs, endMs } of words) {
      this.#timed = true
      const text = this.#sent.upTo(word)
      this.#toldMs = endMs
      if (text !== '') this.audio.push({ audio: NOTHING, text, atMs: startMs })
    }
  }

  #finish(): void {
    const beyondMs = this.#spokenMs - this.#toldMs
    if (this.#timed && (beyondMs < -MOST_MISSING_MS || beyondMs > MOST_SILENCE_MS)) {
      return this.fail(wrongRate(this.#spokenMs, this.#toldMs))
    }
    const text = this.#sent.rest()
    if (text.trim() !== '') this.audio.push({ audio: NOTHING, text, atMs: this.#toldMs })
    this.#over = true
    this.audio.end()
  }
}

function wrongRate(spokenMs: number, toldMs: number): VoiceFault {
  const lengths = `${Math.round(spokenMs)} ms of audio for ${Math.round(toldMs)} ms of words`
  return new VoiceFault(PROVIDER, 'protocol', { message: `${lengths}: another sample rate` })
}
