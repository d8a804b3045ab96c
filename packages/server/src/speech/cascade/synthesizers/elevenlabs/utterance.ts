import { VoiceFault } from '../../../port.ts'
import { PushStream } from '../../../push-stream.ts'
import type { SocketSession } from '../../../socket-session.ts'
import { WholeWords } from '../../../whole-words.ts'
import type { Spoken } from '../../port.ts'
import { endUtterance, parseElevenLabs, PROVIDER, textPiece } from './stream-input.ts'

/** A frame that cannot be read costs nothing; a far end that sends so many speaks something else. */
const MOST_GARBAGE = 5

const BYTES_PER_MS = 8
/** So much audio that is half or twice as long as its letters has another sample rate than was asked for. */
const JUDGED_MS = 400

const NOTHING = new Uint8Array()

/** One connection, which speaks one utterance. */
export class Utterance implements AsyncDisposable {
  readonly audio = new PushStream<Spoken>()
  #socket: SocketSession | null = null
  /** Sent and not yet told as spoken. */
  #untold = ''
  #aligned = false
  readonly #whole = new WholeWords()
  #over = false
  #garbage = 0
  #audioMs = 0
  #lettersMs = 0

  get over(): boolean {
    return this.#over
  }

  attach(socket: SocketSession): void {
    this.#socket = socket
  }

  /** Sends the text while it arrives. A failing text fails the audio. */
  async feed(text: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
    try {
      for await (const piece of text) {
        if (signal.aborted || this.#over) return
        this.#untold += piece
        this.#socket?.send(textPiece(piece))
      }
      this.#socket?.send(endUtterance)
    } catch (error) {
      this.audio.fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  received(frame: string): void {
    if (this.#over) return
    const message = parseElevenLabs(frame)
    if (message.type === 'garbage') {
      this.#garbage++
      if (this.#garbage > MOST_GARBAGE) this.lost(unreadable())
    } else if (message.type === 'error') {
      this.lost(message.fault)
    } else {
      if (this.#isWrongRate(message)) return this.lost(wrongRate())
      if (message.audio.length > 0) this.audio.push({ audio: message.audio, text: this.#words(message.text) })
      if (message.last) this.#finish()
    }
  }

  lost(fault: VoiceFault): void {
    this.#over = true
    this.audio.fail(fault)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
    await this.#socket?.[Symbol.asyncDispose]()
  }

  #finish(): void {
    const { text } = this.#whole.finish()
    if (text !== '') this.audio.push({ audio: NOTHING, text })
    this.#end()
  }

  #isWrongRate({ audio, lengthMs }: { audio: Uint8Array; lengthMs: number | null }): boolean {
    if (lengthMs === null) return false
    this.#audioMs += audio.length / BYTES_PER_MS
    this.#lettersMs += lengthMs
    const longer = Math.max(this.#audioMs, this.#lettersMs)
    return longer > JUDGED_MS && longer > 1.8 * Math.min(this.#audioMs, this.#lettersMs)
  }

  #end(): void {
    this.#over = true
    this.audio.end()
  }

  /**
   * Whole words only: the service cuts its audio between letters, and a word's beginning waits for its end.
   * Without any alignment the words sent so far are told with the first audio that follows them.
   */
  #words(aligned: string | null): string {
    this.#aligned ||= aligned !== null
    if (aligned === null) {
      const text = this.#aligned ? '' : this.#untold
      this.#untold = ''
      return text
    }
    return this.#whole.push(aligned, 0).text
  }
}

function unreadable(): VoiceFault {
  return new VoiceFault(PROVIDER, 'protocol', { message: 'the frames could not be read' })
}

function wrongRate(): VoiceFault {
  return new VoiceFault(PROVIDER, 'protocol', { message: 'the audio has another sample rate' })
}
