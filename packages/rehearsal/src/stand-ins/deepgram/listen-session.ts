import type { Line } from '../loopback.ts'
import { VoiceActivity, type Activity } from '../voice-activity.ts'
import type { ListenQuery } from './listen-query.ts'

export interface ListenOptions {
  /** What is understood of the n-th stretch of speech, from 1; empty for noise. */
  transcribe(stretch: number): string
  /** From audio to what is told of it, in milliseconds. */
  readonly delayMs: number
  /** Without audio or KeepAlive for so long the service hangs up. */
  readonly idleMs: number
}

/** How often the service guesses, in milliseconds of speech. */
const INTERIM_EVERY_MS = 200

interface Stretch {
  readonly words: readonly string[]
  readonly startMs: number
  interims: number
}

/** The service's side of one stream: words appear while speech goes on, and are final when it pauses. */
export class ListenSession {
  readonly #line: Line
  readonly #query: ListenQuery
  readonly #options: ListenOptions
  readonly #activity: VoiceActivity
  readonly #timers = new Set<NodeJS.Timeout>()
  #idle: NodeJS.Timeout | undefined
  #stretch: Stretch | null = null
  #count = 0

  constructor(line: Line, query: ListenQuery, options: ListenOptions) {
    this.#line = line
    this.#query = query
    this.#options = options
    const silenceMs = query.endpointing === 'false' ? Number.POSITIVE_INFINITY : query.endpointing
    this.#activity = new VoiceActivity({ prefixPaddingMs: 0, silenceMs }, activity => this.#heard(activity))
    this.#alive()
  }

  audio(bytes: Uint8Array): void {
    this.#alive()
    if (bytes.length === 0) return this.#close()
    this.#activity.write(bytes)
    this.#guess()
  }

  control(text: string): void {
    this.#alive()
    const type = typeOf(text)
    this.#line.log('in', type ?? 'invalid', text.slice(0, 200))
    if (type === 'Finalize') this.#finalize()
    else if (type === 'CloseStream') this.#close()
    else if (type !== 'KeepAlive') this.#line.close(1008, 'DATA-0000: invalid message')
  }

  end(): void {
    clearTimeout(this.#idle)
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #heard({ type, atMs }: Activity): void {
    if (type === 'started') {
      const words = this.#options
        .transcribe(++this.#count)
        .split(/\s+/u)
        .filter(Boolean)
      this.#stretch = { words, startMs: atMs, interims: 0 }
      if (this.#query.vad_events === 'true')
        this.#say({ type: 'SpeechStarted', channel: [0, 1], timestamp: atMs / 1000 })
    } else if (this.#stretch) {
      this.#results(this.#stretch, { is_final: true, speech_final: true, from_finalize: false })
      this.#stretch = null
      this.#say(
        { type: 'UtteranceEnd', channel: [0, 1], last_word_end: atMs / 1000 },
        this.#query.utterance_end_ms ?? null,
      )
    }
  }

  #guess(): void {
    const stretch = this.#stretch
    if (!stretch || this.#query.interim_results !== 'true') return
    const due = Math.floor((this.#activity.positionMs - stretch.startMs) / INTERIM_EVERY_MS)
    if (due <= stretch.interims || due > stretch.words.length) return
    stretch.interims = due
    const words = stretch.words.slice(0, due)
    this.#results({ ...stretch, words }, { is_final: false, speech_final: false, from_finalize: false })
  }

  /** With nothing to flush the service stays silent, as it documents. */
  #finalize(): void {
    if (!this.#stretch) return
    this.#results(this.#stretch, { is_final: true, speech_final: false, from_finalize: true })
    this.#stretch = null
  }

  #close(): void {
    this.#finalize()
    this.#say({
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: 'stand-in',
      sha256: '0'.repeat(64),
      created: new Date().toISOString(),
      duration: this.#activity.positionMs / 1000,
      channels: 1,
    })
    this.#later(this.#options.delayMs + 5, () => this.#line.close(1000, ''))
  }

  #results(
    { words, startMs }: Stretch,
    flags: { is_final: boolean; speech_final: boolean; from_finalize: boolean },
  ): void {
    const endMs = this.#activity.positionMs
    const eachMs = (endMs - startMs) / Math.max(1, words.length)
    const timed = words.map((word, index) => ({
      word: word.toLowerCase(),
      punctuated_word: word,
      confidence: 0.98,
      start: (startMs + index * eachMs) / 1000,
      end: (startMs + (index + 1) * eachMs) / 1000,
    }))
    this.#say({
      type: 'Results',
      channel_index: [0, 1],
      start: startMs / 1000,
      duration: (endMs - startMs) / 1000,
      ...flags,
      channel: { alternatives: [{ transcript: words.join(' '), confidence: 0.98, words: timed }] },
      metadata: {
        request_id: 'stand-in',
        model_uuid: 'stand-in',
        model_info: { name: this.#query.model, version: 'stand-in', arch: 'nova-3' },
      },
    })
  }

  /** `afterMs` null: never. */
  #say(message: { type: string } & Record<string, unknown>, afterMs: number | null = 0): void {
    if (afterMs === null) return
    this.#later(this.#options.delayMs + afterMs, () => this.#line.send(message.type, message))
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }

  #alive(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(
      () => this.#line.close(1011, 'NET-0001: no audio or text data within the timeout window'),
      this.#options.idleMs,
    )
  }
}

function typeOf(text: string): string | null {
  try {
    const type = (JSON.parse(text) as { type?: unknown } | null)?.type
    return typeof type === 'string' ? type : null
  } catch {
    return null
  }
}
