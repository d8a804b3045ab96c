import type { Line } from '../loopback.ts'
import { Hearing, type HearingOptions } from '../hearing.ts'
import type { HeardWord } from '../spoken-tones.ts'
import type { Activity } from '../voice-activity.ts'
import type { ListenQuery } from './listen-query.ts'

export interface ListenOptions extends HearingOptions {
  /** From audio to what is told of it, in milliseconds. */
  readonly delayMs: number
  /** Without audio or KeepAlive for so long the service hangs up. */
  readonly idleMs: number
}

interface Flags {
  readonly is_final: boolean
  readonly speech_final: boolean
  readonly from_finalize: boolean
}

/** The service's side of one stream: words appear while speech goes on, and are final when it pauses. */
export class ListenSession {
  readonly #line: Line
  readonly #query: ListenQuery
  readonly #options: ListenOptions
  readonly #hearing: Hearing
  readonly #timers = new Set<NodeJS.Timeout>()
  #idle: NodeJS.Timeout | undefined
  #guessed = 0

  constructor(line: Line, query: ListenQuery, options: ListenOptions) {
    this.#line = line
    this.#query = query
    this.#options = options
    const silenceMs = query.endpointing === 'false' ? Number.POSITIVE_INFINITY : query.endpointing
    this.#hearing = new Hearing(options, silenceMs, activity => this.#heard(activity))
    this.#alive()
  }

  audio(bytes: Uint8Array): void {
    this.#alive()
    if (bytes.length === 0) return this.#close()
    this.#hearing.write(bytes)
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
      if (this.#query.vad_events === 'true')
        this.#say({ type: 'SpeechStarted', channel: [0, 1], timestamp: atMs / 1000 })
    } else if (this.#settle({ is_final: true, speech_final: true, from_finalize: false })) {
      this.#say(
        { type: 'UtteranceEnd', channel: [0, 1], last_word_end: atMs / 1000 },
        this.#query.utterance_end_ms ?? null,
      )
    }
  }

  #guess(): void {
    const { startMs } = this.#hearing
    const words = this.#hearing.guess()
    if (startMs === null || words.length <= this.#guessed || this.#query.interim_results !== 'true') return
    this.#guessed = words.length
    this.#results(words, startMs, { is_final: false, speech_final: false, from_finalize: false })
  }

  /** With nothing to flush the service stays silent, as it documents. */
  #finalize(): void {
    this.#settle({ is_final: true, speech_final: false, from_finalize: true })
  }

  /** False where there was nothing to settle. */
  #settle(flags: Flags): boolean {
    const { startMs } = this.#hearing
    const words = this.#hearing.take()
    this.#guessed = 0
    if (startMs === null || words === null) return false
    this.#results(words, startMs, flags)
    return true
  }

  #close(): void {
    this.#finalize()
    this.#say({
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: 'stand-in',
      sha256: '0'.repeat(64),
      created: new Date().toISOString(),
      duration: this.#hearing.positionMs / 1000,
      channels: 1,
    })
    this.#later(this.#options.delayMs + 5, () => this.#line.close(1000, ''))
  }

  #results(heard: readonly HeardWord[], startMs: number, flags: Flags): void {
    const words = heard.map(word => ({
      word: word.text.toLowerCase(),
      punctuated_word: word.text,
      confidence: 0.98,
      start: word.startMs / 1000,
      end: word.endMs / 1000,
    }))
    const transcript = heard.map(word => word.text).join(' ')
    this.#say({
      type: 'Results',
      channel_index: [0, 1],
      start: startMs / 1000,
      duration: (this.#hearing.positionMs - startMs) / 1000,
      ...flags,
      channel: { alternatives: [{ transcript, confidence: 0.98, words }] },
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
