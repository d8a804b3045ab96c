import { z } from 'zod'
import type { Line } from '../loopback.ts'
import { toneSpeechAt } from '../tone-speech.ts'

export interface SpeechOptions {
  /** From the text to its first audio, in milliseconds. */
  readonly firstAudioMs: number
  readonly betweenPiecesMs: number
  /** Audio in each message, in milliseconds. */
  readonly pieceMs: number
  /** Whether the letters that each piece says are told. */
  readonly alignment: boolean
  /** What it speaks, whatever it was asked for. */
  readonly sampleRateHz: number
  /** Whether what is said next can not be heard, as long as it is. */
  readonly isSilent: () => boolean
}

const voiceSettings = z.strictObject({
  stability: z.number().min(0).max(1).optional(),
  similarity_boost: z.number().min(0).max(1).optional(),
  style: z.number().min(0).max(1).optional(),
  use_speaker_boost: z.boolean().optional(),
  speed: z.number().min(0.7).max(1.2).optional(),
})

const message = z.strictObject({
  text: z.string(),
  voice_settings: voiceSettings.optional(),
  generation_config: z
    .strictObject({ chunk_length_schedule: z.array(z.number().min(50).max(500)) })
    .optional(),
  pronunciation_dictionary_locators: z.array(z.unknown()).optional(),
  try_trigger_generation: z.boolean().optional(),
  flush: z.boolean().optional(),
  xi_api_key: z.string().optional(),
  authorization: z.string().optional(),
})

/** The service's side of one `stream-input` connection: one utterance, piece by piece, then it closes. */
export class StreamInputSession {
  readonly #line: Line
  readonly #options: SpeechOptions
  readonly #inactivityMs: number
  #idle: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #begun = false
  #ended = false
  #waiting: string[] = []
  #speaking = false

  constructor(line: Line, options: SpeechOptions, inactivityMs: number) {
    this.#line = line
    this.#options = options
    this.#inactivityMs = inactivityMs
    this.#active()
  }

  receive(frame: string): void {
    this.#active()
    const parsed = parse(frame)
    this.#line.log('in', parsed ? 'text' : 'invalid', parsed ?? frame.slice(0, 200))
    if (!parsed) return this.#fail('invalid_message', 'Invalid message.')
    if (!this.#begun) {
      if (parsed.text !== ' ')
        return this.#fail('invalid_message', 'The first message must be a single space.')
      this.#begun = true
    } else if (parsed.text === '') {
      this.#ended = true
      if (!this.#speaking) this.#next()
    } else if (parsed.text.trim() !== '') {
      this.#waiting.push(parsed.text)
      if (!this.#speaking) this.#later(this.#options.firstAudioMs, () => this.#next())
      this.#speaking = true
    }
  }

  end(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#timer)
    this.#ended = true
    this.#waiting = []
  }

  #next(): void {
    const text = this.#waiting.shift()
    if (text !== undefined) return this.#speak(text, this.#voiced(text))
    this.#speaking = false
    if (!this.#ended) return
    this.#line.send('final', { audio: null, isFinal: true, normalizedAlignment: null, alignment: null })
    this.#line.close(1000, '')
  }

  #voiced(text: string): Uint8Array {
    const audio = toneSpeechAt(text, this.#options.sampleRateHz)
    return this.#options.isSilent() ? audio.fill(0xff) : audio
  }

  #speak(text: string, audio: Uint8Array): void {
    const piece = audio.subarray(0, this.#options.pieceMs * 8)
    const rest = audio.subarray(piece.length)
    const letters = rest.length === 0 ? text.length : Math.round((text.length * piece.length) / audio.length)
    const said = text.slice(0, letters)
    const lengthMs = (piece.length * 1000) / this.#options.sampleRateHz
    this.#line.send('audio', {
      audio: Buffer.from(piece).toString('base64'),
      isFinal: null,
      normalizedAlignment: this.#alignment(said, lengthMs),
      alignment: this.#alignment(said, lengthMs),
    })
    this.#later(this.#options.betweenPiecesMs, () => {
      if (rest.length > 0) this.#speak(text.slice(letters), rest)
      else this.#next()
    })
  }

  #alignment(said: string, lengthMs: number): object | null {
    if (!this.#options.alignment) return null
    const chars = Array.from(said)
    const eachMs = lengthMs / Math.max(1, chars.length)
    return {
      chars,
      charStartTimesMs: chars.map((_, index) => Math.round(index * eachMs)),
      charDurationsMs: chars.map(() => Math.round(eachMs)),
    }
  }

  #fail(error: string, text: string): void {
    this.#line.send('error', { message: text, error, code: 1008 })
    this.#line.close(1008, text)
  }

  #later(ms: number, act: () => void): void {
    this.#timer = setTimeout(act, ms)
  }

  #active(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(
      () => this.#fail('input_timeout_exceeded', 'No text was received in time.'),
      this.#inactivityMs,
    )
  }
}

function parse(frame: string): z.infer<typeof message> | null {
  try {
    const parsed = message.safeParse(JSON.parse(frame))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
