import { z } from 'zod'
import { Hearing, type HearingOptions } from '../hearing.ts'
import type { Line } from '../loopback.ts'

export interface ScribeOptions extends HearingOptions {
  /** From audio to what is told of it, in milliseconds. */
  readonly delayMs: number
}

const flag = z.enum(['true', 'false'])

/** The query of `/v1/speech-to-text/realtime`: µ-law, and segments that end when the client says so. */
export const scribeQuery = z.strictObject({
  model_id: z.literal('scribe_v2_realtime'),
  audio_format: z.literal('ulaw_8000'),
  commit_strategy: z.literal('manual').default('manual'),
  include_timestamps: flag.default('false'),
  include_language_detection: flag.optional(),
  language_code: z
    .string()
    .regex(/^[a-z]{2,3}$/u)
    .optional(),
  enable_logging: flag.optional(),
  no_verbatim: flag.optional(),
})

export type ScribeQuery = z.infer<typeof scribeQuery>

const chunk = z.strictObject({
  message_type: z.literal('input_audio_chunk'),
  audio_base_64: z.base64(),
  commit: z.boolean(),
  sample_rate: z.literal(8000),
  previous_text: z.string().optional(),
})

/** Less audio than this can not be committed. */
const LEAST_COMMIT_MS = 300

/** The service's side of one live transcription. */
export class ScribeSession {
  readonly #line: Line
  readonly #query: ScribeQuery
  readonly #options: ScribeOptions
  readonly #hearing: Hearing
  readonly #timers = new Set<NodeJS.Timeout>()
  #guessed = 0
  #committedMs = 0

  constructor(line: Line, query: ScribeQuery, options: ScribeOptions) {
    this.#line = line
    this.#query = query
    this.#options = options
    this.#hearing = new Hearing(options, Number.POSITIVE_INFINITY, () => undefined)
    this.#say({
      message_type: 'session_started',
      session_id: 'stand-in',
      config: { sample_rate: 8000, ...query },
    })
  }

  receive(text: string): void {
    const parsed = chunk.safeParse(jsonOf(text))
    if (!parsed.success) {
      this.#line.log('in', 'invalid', text.slice(0, 200))
      return this.#say({ message_type: 'input_error', error: parsed.error.issues[0]?.message ?? 'invalid' })
    }
    const { audio_base_64: audio, commit } = parsed.data
    this.#hearing.write(Buffer.from(audio, 'base64'))
    this.#guess()
    if (commit) this.#commit()
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #guess(): void {
    const words = this.#hearing.guess()
    if (words.length <= this.#guessed) return
    this.#guessed = words.length
    this.#say({ message_type: 'partial_transcript', text: words.map(word => word.text).join(' ') })
  }

  #commit(): void {
    this.#line.log('in', 'commit')
    const { positionMs } = this.#hearing
    if (positionMs - this.#committedMs < LEAST_COMMIT_MS) {
      const error = 'Commit request rejected: there is too little uncommitted audio.'
      return this.#say({ message_type: 'commit_throttled', error })
    }
    this.#committedMs = positionMs
    this.#guessed = 0
    const words = this.#hearing.take() ?? []
    const text = words.map(word => word.text).join(' ')
    this.#say({ message_type: 'committed_transcript', text })
    if (this.#query.include_timestamps === 'false') return
    const timed = words.flatMap(({ text: word, startMs, endMs }, index) => [
      ...(index === 0 ? [] : [{ text: ' ', start: startMs / 1000, end: startMs / 1000, type: 'spacing' }]),
      { text: word, start: startMs / 1000, end: endMs / 1000, type: 'word', logprob: -0.1 },
    ])
    const message_type = 'committed_transcript_with_timestamps'
    this.#say({ message_type, text, language_code: this.#query.language_code ?? 'en', words: timed })
  }

  #say(message: { message_type: string } & Record<string, unknown>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#line.send(message.message_type, message)
    }, this.#options.delayMs)
    this.#timers.add(timer)
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
