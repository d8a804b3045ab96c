import { z } from 'zod'
import type { Line } from '../loopback.ts'
import { toneSpeechAt, toneWords } from '../tone-speech.ts'

export interface CartesiaSpeech {
  /** From the text to its first audio, and from piece to piece, in milliseconds. */
  readonly firstAudioMs: number
  readonly betweenPiecesMs: number
  /** What it speaks, whatever it was asked for. */
  readonly sampleRateHz: number
  /** Whether it tells when each word is said. */
  readonly timestamps: boolean
  /** Voices there are; null: every id. */
  readonly voices: readonly string[] | null
}

const outputFormat = z.strictObject({
  container: z.literal('raw'),
  encoding: z.literal('pcm_mulaw'),
  sample_rate: z.literal(8000),
})

const generation = z.strictObject({
  context_id: z.string().min(1),
  model_id: z.string().regex(/^sonic-/u),
  transcript: z.string(),
  voice: z.strictObject({ mode: z.literal('id'), id: z.uuid() }),
  language: z
    .string()
    .regex(/^[a-z]{2}$/u)
    .optional(),
  output_format: outputFormat,
  add_timestamps: z.boolean().optional(),
  add_phoneme_timestamps: z.boolean().optional(),
  use_normalized_timestamps: z.boolean().optional(),
  continue: z.boolean().optional(),
  flush: z.boolean().optional(),
  max_buffer_delay_ms: z.number().min(0).max(5000).optional(),
})

const cancellation = z.strictObject({ context_id: z.string().min(1), cancel: z.literal(true) })
const request = z.union([cancellation, generation])

type Generation = z.infer<typeof generation>

interface Context {
  readonly waiting: Generation[]
  readonly asked: Generation
  timer: NodeJS.Timeout | undefined
  spokenMs: number
  busy: boolean
  last: boolean
}

const PIECE_MS = 100

/** The service's side of one connection: contexts side by side, each spoken in the order of its text. */
export class TtsSession {
  readonly #line: Line
  readonly #speech: CartesiaSpeech
  readonly #contexts = new Map<string, Context>()

  constructor(line: Line, speech: CartesiaSpeech) {
    this.#line = line
    this.#speech = speech
  }

  receive(frame: string): void {
    const asked = parse(frame)
    if (!asked) {
      this.#line.log('in', 'invalid', frame.slice(0, 200))
      return this.#fail(null, { code: 'invalid_request', status: 400 })
    }
    if ('cancel' in asked) {
      this.#line.log('in', 'cancel', asked)
      return this.#end(asked.context_id)
    }
    this.#line.log('in', 'generate', asked)
    const { voices } = this.#speech
    if (voices && !voices.includes(asked.voice.id)) {
      return this.#fail(asked.context_id, { code: 'voice_not_found', status: 404 })
    }
    this.#add(asked)
  }

  end(): void {
    for (const id of this.#contexts.keys()) this.#end(id)
  }

  #add(asked: Generation): void {
    const id = asked.context_id
    const known = this.#contexts.get(id)
    const fresh: Context = { waiting: [], asked, timer: undefined, spokenMs: 0, busy: false, last: false }
    const context = known ?? fresh
    this.#contexts.set(id, context)
    context.last = asked.continue !== true
    if (asked.transcript.trim() !== '') context.waiting.push(asked)
    if (context.busy) return
    context.busy = true
    const beginsMs = context.spokenMs === 0 ? this.#speech.firstAudioMs : 0
    context.timer = setTimeout(() => this.#next(id, context), beginsMs)
  }

  #next(id: string, context: Context): void {
    const next = context.waiting.shift()
    if (next) {
      if (next.add_timestamps === true && this.#speech.timestamps) this.#tellWords(id, next, context.spokenMs)
      return this.#speak(id, toneSpeechAt(next.transcript, this.#speech.sampleRateHz), context)
    }
    context.busy = false
    if (!context.last) return
    this.#line.send('done', { type: 'done', done: true, status_code: 206, context_id: id })
    this.#end(id)
  }

  #speak(id: string, audio: Uint8Array, context: Context): void {
    const piece = audio.subarray(0, PIECE_MS * 8)
    context.spokenMs += piece.length / 8
    const data = Buffer.from(piece).toString('base64')
    const chunk = { type: 'chunk', data, done: false, status_code: 206, step_time: 5, context_id: id }
    this.#line.send('chunk', chunk)
    const rest = audio.subarray(piece.length)
    const go = () => (rest.length > 0 ? this.#speak(id, rest, context) : this.#next(id, context))
    context.timer = setTimeout(go, this.#speech.betweenPiecesMs)
  }

  #tellWords(id: string, { transcript }: Generation, fromMs: number): void {
    const words = toneWords(transcript)
    const timestamps = {
      words: words.map(({ word }) => word),
      start: words.map(({ startMs }) => (fromMs + startMs) / 1000),
      end: words.map(({ endMs }) => (fromMs + endMs) / 1000),
    }
    const told = { type: 'timestamps', done: false, status_code: 206, context_id: id }
    this.#line.send('timestamps', { ...told, word_timestamps: timestamps })
  }

  #fail(id: string | null, { code, status }: { code: string; status: number }): void {
    this.#line.send('error', {
      type: 'error',
      done: true,
      title: 'Refused',
      message: 'The request was refused.',
      error_code: code,
      status_code: status,
      request_id: 'stand-in',
      ...(id === null ? {} : { context_id: id }),
    })
    if (id !== null) this.#end(id)
  }

  #end(id: string): void {
    clearTimeout(this.#contexts.get(id)?.timer)
    this.#contexts.delete(id)
  }
}

function parse(frame: string): z.infer<typeof request> | null {
  try {
    return request.safeParse(JSON.parse(frame)).data ?? null
  } catch {
    return null
  }
}
