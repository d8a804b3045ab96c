import { Hearing, type HearingOptions } from '../hearing.ts'
import type { Line } from '../loopback.ts'
import type { HeardWord } from '../spoken-tones.ts'
import type { Activity } from '../voice-activity.ts'
import type { StreamingQuery } from './streaming-query.ts'

export interface StreamingOptions extends HearingOptions {
  /** From audio to what is told of it, in milliseconds. */
  readonly delayMs: number
}

/** An early partial comes after so much speech, silence is told of so often. */
const PARTIAL_AFTER_MS = 750
const SILENCE_EVERY_MS = 1_000
/** Bytes of µ-law in pieces of 50 to 1,000 ms, which are all that the service takes. */
const SHORTEST_BYTES = 400
const LONGEST_BYTES = 8_000

/** The service's side of one stream. It ends turns by itself after a silence, or when it is told to. */
export class StreamingSession {
  readonly #line: Line
  readonly #query: StreamingQuery
  readonly #options: StreamingOptions
  readonly #hearing: Hearing
  readonly #timers = new Set<NodeJS.Timeout>()
  #turn = 0
  #guessed = 0
  #nextGuessMs = 0
  #silentFromMs = 0

  constructor(line: Line, query: StreamingQuery, options: StreamingOptions) {
    this.#line = line
    this.#query = query
    this.#options = options
    this.#hearing = new Hearing(options, query.min_turn_silence, activity => this.#heard(activity))
    this.#say({ type: 'Begin', id: 'de5d9927-73a6-4be8-b52d-b4c07be37e6b', expires_at: 1_759_796_682 })
  }

  audio(bytes: Uint8Array): void {
    if (bytes.length < SHORTEST_BYTES || bytes.length > LONGEST_BYTES) {
      return this.fail(3007, 'Input Duration Error: Audio must be between 50 and 1000 ms')
    }
    this.#hearing.write(bytes)
    this.#guess()
    this.#acknowledge()
  }

  control(text: string): void {
    const type = /"type"\s*:\s*"(?<type>\w+)"/u.exec(text)?.groups?.['type'] ?? 'invalid'
    this.#line.log('in', type, text.slice(0, 200))
    if (type === 'ForceEndpoint') this.#endTurn()
    else if (type === 'Terminate') this.#terminate()
    else if (type !== 'KeepAlive' && type !== 'UpdateConfiguration')
      this.fail(3006, `Invalid Message Type: ${type}`)
  }

  fail(code: number, error: string): void {
    this.#say({ type: 'Error', error_code: code, error })
    this.#later(() => this.#line.close(code, 'See Error message for details'))
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #heard({ type, atMs }: Activity): void {
    if (type === 'stopped') return this.#endTurn()
    this.#nextGuessMs = atMs + PARTIAL_AFTER_MS
    this.#say({ type: 'SpeechStarted', timestamp: atMs })
  }

  /** Words of a turn that goes on may all still change. */
  #guess(): void {
    const words = this.#hearing.guess()
    if (this.#hearing.positionMs < this.#nextGuessMs || words.length <= this.#guessed) return
    this.#guessed = words.length
    this.#nextGuessMs = this.#hearing.positionMs + PARTIAL_AFTER_MS
    this.#tell(words, false)
  }

  /** Nothing is told where there was nothing to end. */
  #endTurn(): void {
    const words = this.#hearing.take() ?? []
    if (words.length === 0) return
    this.#tell(words, true)
    this.#turn++
    this.#guessed = 0
    this.#silentFromMs = this.#hearing.positionMs
  }

  #acknowledge(): void {
    const { positionMs } = this.#hearing
    if (this.#query.acknowledge_silence !== 'true' || this.#hearing.guess().length > 0) return
    if (positionMs - this.#silentFromMs < SILENCE_EVERY_MS) return
    this.#say({ type: 'Silence', start_ms: this.#silentFromMs, end_ms: positionMs })
    this.#silentFromMs = positionMs
  }

  #tell(words: readonly HeardWord[], over: boolean): void {
    const transcript = words.map(word => word.text).join(' ')
    this.#say({
      type: 'Turn',
      turn_order: this.#turn,
      turn_is_formatted: over,
      end_of_turn: over,
      transcript,
      end_of_turn_confidence: over ? 1 : 0,
      words: words.map(({ text, startMs, endMs }) => ({
        text,
        start: startMs,
        end: endMs,
        confidence: 0.98,
        word_is_final: over,
      })),
      utterance: over ? transcript : '',
    })
  }

  #terminate(): void {
    this.#endTurn()
    const seconds = this.#hearing.positionMs / 1000
    this.#say({
      type: 'Termination',
      audio_duration_seconds: seconds,
      session_duration_seconds: seconds,
    })
    this.#later(() => this.#line.close(1000, ''))
  }

  #say(message: { type: string } & Record<string, unknown>): void {
    this.#later(() => this.#line.send(message.type, message))
  }

  #later(act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, this.#options.delayMs)
    this.#timers.add(timer)
  }
}
