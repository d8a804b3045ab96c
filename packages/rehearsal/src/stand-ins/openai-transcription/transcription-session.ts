import { z } from 'zod'
import { Hearing, type HearingOptions } from '../hearing.ts'
import type { Line } from '../loopback.ts'
import { refusalOf, type Refusal } from '../openai-realtime/client-events.ts'

export interface TranscriptionOptions extends HearingOptions {
  /** From audio to what is told of it, in milliseconds. */
  readonly delayMs: number
}

/** As strict as the service: a field it does not know is an error. The model has no turn detection. */
const clientEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('session.update'),
    event_id: z.string().optional(),
    session: z.strictObject({
      type: z.literal('transcription'),
      audio: z.strictObject({
        input: z.strictObject({
          format: z.strictObject({ type: z.literal('audio/pcmu') }),
          transcription: z.strictObject({
            model: z.literal('gpt-live-transcribe'),
            language: z.string().optional(),
            languages: z.array(z.string().regex(/^[a-z]{2,3}$/u)).optional(),
            keywords: z.array(z.string()).optional(),
          }),
          turn_detection: z.null().optional(),
          noise_reduction: z
            .strictObject({ type: z.enum(['near_field', 'far_field']) })
            .nullable()
            .optional(),
        }),
      }),
      include: z.array(z.literal('item.input_audio_transcription.logprobs')).optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('input_audio_buffer.append'),
    event_id: z.string().optional(),
    audio: z.base64(),
  }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id: z.string().optional() }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id: z.string().optional() }),
])

/** Less audio than this can not be committed. */
const LEAST_COMMIT_MS = 100
const PREFIX = 'conversation.item.input_audio_transcription'

/** The service's side of one transcription session. Deltas of an item come before it is committed. */
export class TranscriptionSession {
  readonly #line: Line
  readonly #options: TranscriptionOptions
  readonly #hearing: Hearing
  readonly #timers = new Set<NodeJS.Timeout>()
  #configured = false
  #item = 1
  #events = 0
  #told = 0
  #committedMs = 0

  constructor(line: Line, options: TranscriptionOptions) {
    this.#line = line
    this.#options = options
    this.#hearing = new Hearing(options, Number.POSITIVE_INFINITY, () => undefined)
    this.#say({
      type: 'session.created',
      session: { type: 'transcription', object: 'realtime.session', id: 'sess_1' },
    })
  }

  receive(frame: string): void {
    const parsed = clientEvent.safeParse(jsonOf(frame))
    if (!parsed.success) {
      this.#line.log('in', 'invalid', frame.slice(0, 2000))
      return this.#refuse(refusalOf(parsed.error))
    }
    const event = parsed.data
    if (event.type !== 'input_audio_buffer.append') this.#line.log('in', event.type, event)
    if (event.type === 'session.update') {
      this.#configured = true
      this.#say({
        type: 'session.updated',
        session: { object: 'realtime.session', id: 'sess_1', ...event.session },
      })
    } else if (event.type === 'input_audio_buffer.append') this.#append(Buffer.from(event.audio, 'base64'))
    else if (event.type === 'input_audio_buffer.commit') this.#commit()
    else this.#say({ type: 'input_audio_buffer.cleared' })
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #append(audio: Uint8Array): void {
    if (!this.#configured) return
    this.#hearing.write(audio)
    const words = this.#hearing.guess()
    for (const { text } of words.slice(this.#told)) this.#delta(text)
    this.#told = Math.max(this.#told, words.length)
  }

  #commit(): void {
    const { positionMs } = this.#hearing
    if (positionMs - this.#committedMs < LEAST_COMMIT_MS) {
      const message = 'Error committing input audio buffer: buffer too small.'
      return this.#refuse({ code: 'input_audio_buffer_commit_empty', message, param: null })
    }
    this.#committedMs = positionMs
    const item_id = this.#itemId
    const words = this.#hearing.take() ?? []
    this.#say({ type: 'input_audio_buffer.committed', previous_item_id: null, item_id })
    for (const { text } of words.slice(this.#told)) this.#delta(text)
    const transcript = words.map(word => word.text).join(' ')
    const usage = { type: 'duration', seconds: 1 }
    this.#say({ type: `${PREFIX}.completed`, item_id, content_index: 0, transcript, usage })
    this.#told = 0
    this.#item++
  }

  get #itemId(): string {
    return `item_${this.#item}`
  }

  #delta(word: string): void {
    const delta = this.#told++ === 0 ? word : ` ${word}`
    this.#say({ type: `${PREFIX}.delta`, item_id: this.#itemId, content_index: 0, delta })
  }

  #refuse({ code, message, param }: Refusal): void {
    this.#say({
      type: 'error',
      error: { type: 'invalid_request_error', code, message, param, event_id: null },
    })
  }

  #say(message: { type: string } & Record<string, unknown>): void {
    const event = { event_id: `event_${++this.#events}`, ...message }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#line.send(event.type, event)
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
