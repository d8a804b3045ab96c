import { status, type ServerDuplexStream } from '@grpc/grpc-js'
import { z } from 'zod'
import { Hearing, type HearingOptions } from '../hearing.ts'
import type { HeardWord } from '../spoken-tones.ts'

export interface RecognizeOptions extends HearingOptions {
  /** How much audio one stream takes, in milliseconds. */
  readonly limitMs: number
  onConfig(config: unknown): void
}

interface Request {
  readonly streamingConfig?: unknown
  readonly audioContent?: Uint8Array
}

/** Objects are messages; bytes go out as they are. */
export type Stream = ServerDuplexStream<Request, object | Buffer>

const configuration = z.object({
  config: z.object({
    encoding: z.literal('MULAW'),
    sampleRateHertz: z.literal(8000),
    languageCode: z.string().regex(/^[a-z]{2,3}-[A-Z]{2}$/u),
    audioChannelCount: z.number().max(1),
    enableWordTimeOffsets: z.boolean(),
    model: z.enum([
      '',
      'telephony',
      'telephony_short',
      'phone_call',
      'latest_long',
      'latest_short',
      'default',
    ]),
  }),
  interimResults: z.boolean(),
})

/** Pauses as long as this make what was said final. */
const FINAL_AFTER_MS = 700

/** The service's side of one stream. */
export class RecognizeSession {
  readonly #stream: Stream
  readonly #options: RecognizeOptions
  readonly #hearing: Hearing
  #config: z.infer<typeof configuration> | null = null
  #guessed = 0

  constructor(stream: Stream, options: RecognizeOptions) {
    this.#stream = stream
    this.#options = options
    this.#hearing = new Hearing(options, FINAL_AFTER_MS, ({ type }) => {
      if (type === 'stopped') this.#settle()
    })
    stream.on('data', (request: Request) => this.#receive(request))
    stream.on('end', () => {
      this.#settle()
      stream.end()
    })
  }

  #receive({ streamingConfig, audioContent }: Request): void {
    if (!this.#config) {
      this.#options.onConfig(streamingConfig ?? null)
      const parsed = configuration.safeParse(streamingConfig)
      if (!parsed.success)
        return this.#fail(status.INVALID_ARGUMENT, parsed.error.issues[0]?.message ?? 'invalid')
      this.#config = parsed.data
      return
    }
    if (!audioContent) return this.#fail(status.INVALID_ARGUMENT, 'Audio must follow the configuration.')
    this.#hearing.write(audioContent)
    if (this.#hearing.positionMs > this.#options.limitMs) {
      return this.#fail(status.OUT_OF_RANGE, 'Exceeded maximum allowed stream duration of 305 seconds.')
    }
    this.#guess()
  }

  #guess(): void {
    const words = this.#hearing.guess()
    if (words.length <= this.#guessed || this.#config?.interimResults !== true) return
    this.#guessed = words.length
    this.#tell(words, false)
  }

  #settle(): void {
    const words = this.#hearing.take()
    this.#guessed = 0
    if (words && words.length > 0) this.#tell(words, true)
  }

  #tell(heard: readonly HeardWord[], isFinal: boolean): void {
    const timed = isFinal && this.#config?.config.enableWordTimeOffsets === true
    const words = heard.map(({ text, startMs, endMs }) => ({
      word: text,
      startTime: durationOf(startMs),
      endTime: durationOf(endMs),
    }))
    const transcript = heard.map(({ text }) => text).join(' ')
    const alternative = { transcript, confidence: isFinal ? 0.97 : 0, words: timed ? words : [] }
    const result = {
      alternatives: [alternative],
      isFinal,
      stability: isFinal ? 0 : 0.9,
      resultEndTime: durationOf(this.#hearing.positionMs),
    }
    this.#stream.write({ results: [result] })
  }

  #fail(code: status, details: string): void {
    this.#stream.emit('error', Object.assign(new Error(details), { code, details }))
  }
}

function durationOf(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000)
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) }
}
