import type { Spoken, Synthesizer, SynthesizerStream } from '../cascade/port.ts'
import { raced } from '../patience.ts'
import { VoiceFault } from '../port.ts'
import { PushStream } from '../push-stream.ts'
import type { Breakers } from './breakers.ts'
import { UnspokenText } from './unspoken-text.ts'

/** One that speaks, the voice of its that is meant, and what it is called in the breakers. */
export interface VoiceChoice {
  readonly name: string
  readonly voice: string
  readonly adapter: Synthesizer
}

/** A second voice that does not open in this time is no help either. */
const SECOND_OPEN_MS = 1_500

/**
 * Synthesizers in the order of preference as one. When one fails the next goes on with the word that broke
 * off, and stays for the rest of the call: a voice that changes back and forth is worse than another voice.
 */
export function withSecondVoice(choices: readonly VoiceChoice[], breakers: Breakers): Synthesizer {
  return {
    open: async ({ language }, signal) => {
      const stream = new LastingSpeech({ choices: breakers.standing(choices), breakers, language })
      await stream.open(signal)
      return stream
    },
  }
}

interface Speakers {
  readonly choices: readonly VoiceChoice[]
  readonly breakers: Breakers
  readonly language: string
}

const nothing = new Uint8Array()

class LastingSpeech implements SynthesizerStream {
  readonly #speakers: Speakers
  #waiting: VoiceChoice[]
  #current: { readonly name: string; readonly stream: SynthesizerStream } | null = null
  #opened = false
  #disposed = false

  constructor(speakers: Speakers) {
    this.#speakers = speakers
    this.#waiting = [...speakers.choices]
  }

  /** Opens the next one that can be opened. Rejects with the last one's VoiceFault. */
  async open(signal: AbortSignal): Promise<void> {
    let trouble: unknown = new VoiceFault('parley', 'refused', { message: 'no other voice is configured' })
    for (let next = this.#waiting.shift(); next && !this.#disposed; next = this.#waiting.shift()) {
      const { name, voice, adapter } = next
      const { breakers, language } = this.#speakers
      breakers.tried(name)
      try {
        const stream = await adapter.open({ voice, language }, signal)
        if (this.#disposed) return await stream[Symbol.asyncDispose]()
        this.#current = { name, stream }
        this.#opened = true
        return
      } catch (error) {
        if (signal.aborted || (!this.#opened && isRequestsFault(error))) throw error
        breakers.failed(name, error)
        trouble = error
      }
    }
    throw trouble
  }

  async *speak(text: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Spoken> {
    let words = new Words()
    const pump = pumped(text, piece => words.push(piece))
    let told = 0
    try {
      for (;;) {
        const speaking = await this.#speaker(signal)
        try {
          yield* untold(words.spokenBy(speaking.stream, signal), told)
          this.#speakers.breakers.worked(speaking.name)
          return
        } catch (error) {
          if (signal.aborted) throw error
          this.#speakers.breakers.failed(speaking.name, error)
          await this.#replace(speaking.stream, error, signal)
          const rest = words.rest()
          if (words.over && rest.text.trim() === '') return
          told = rest.toldLetters
          words = new Words(rest.text, words.over)
          if (error instanceof Error) yield { audio: nothing, text: '', trouble: error }
        }
      }
    } finally {
      pump.stop()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    await this.#current?.stream[Symbol.asyncDispose]()
  }

  /** Where all have failed, all are asked once more. */
  async #speaker(signal: AbortSignal): Promise<{ name: string; stream: SynthesizerStream }> {
    if (!this.#current) {
      this.#waiting = [...this.#speakers.choices]
      await this.#openSoon(signal)
    }
    if (this.#current) return this.#current
    throw new VoiceFault('parley', 'unreachable', { message: 'every voice has failed' })
  }

  /** Throws what went wrong first where there is nobody else. */
  async #replace(lost: SynthesizerStream, error: unknown, signal: AbortSignal): Promise<void> {
    if (this.#waiting.length === 0) throw error
    this.#current = null
    void Promise.allSettled([lost[Symbol.asyncDispose]()])
    await this.#openSoon(signal)
  }

  async #openSoon(signal: AbortSignal): Promise<void> {
    const late = () => new VoiceFault('parley', 'timeout', { message: 'no other voice opened in time' })
    await raced(this.open(signal), { waitMs: SECOND_OPEN_MS, late }, signal)
  }
}

/** The words of one utterance on their way to one voice. */
class Words {
  readonly #stream = new PushStream<string>()
  readonly #unspoken = new UnspokenText()
  over = false

  constructor(text = '', over = false) {
    if (text !== '') this.push(text)
    if (over) this.push(null)
  }

  push(piece: string | null): void {
    if (piece === null) {
      this.over = true
      this.#stream.end()
    } else {
      this.#unspoken.sent(piece)
      this.#stream.push(piece)
    }
  }

  async *spokenBy(stream: SynthesizerStream, signal: AbortSignal): AsyncGenerator<Spoken> {
    for await (const spoken of stream.speak(this.#stream, signal)) {
      this.#unspoken.spoken(spoken)
      yield spoken
    }
  }

  rest(): { text: string; toldLetters: number } {
    return this.#unspoken.rest()
  }
}

/** The same sound, without the words that were told before it broke off. */
async function* untold(spoken: AsyncIterable<Spoken>, letters: number): AsyncGenerator<Spoken> {
  let left = letters
  for await (const { audio, text, atMs } of spoken) {
    const skipped = Math.min(left, text.length)
    left -= skipped
    // A second utterance counts its places anew, which is no place in the whole.
    yield letters === 0 && atMs !== undefined ? { audio, text, atMs } : { audio, text: text.slice(skipped) }
  }
}

/** Reads to the end, whoever speaks. */
function pumped(
  text: AsyncIterable<string>,
  push: (piece: string | null) => void,
): { readonly stop: () => void } {
  const reading = text[Symbol.asyncIterator]()
  let stopped = false
  void (async () => {
    try {
      for (let next = await reading.next(); !next.done && !stopped; next = await reading.next())
        push(next.value)
    } catch {
      // Whose words they are learns of it where they come from.
    } finally {
      push(null)
    }
  })()
  return {
    stop: () => {
      stopped = true
      reading.return?.().catch(() => undefined)
    },
  }
}

/** A wrong key or voice id is to be told before a call is placed, not replaced. */
function isRequestsFault(error: unknown): boolean {
  return error instanceof VoiceFault && ['refused', 'unauthorized'].includes(error.kind)
}
