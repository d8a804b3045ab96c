import { Hearing, type HearingOptions } from '../hearing.ts'
import type { Line } from '../loopback.ts'
import type { HeardWord } from '../spoken-tones.ts'
import type { Activity } from '../voice-activity.ts'
import type { FluxQuery } from './flux-query.ts'

export interface FluxOptions extends HearingOptions {
  /** From audio to what is told of it, in milliseconds. */
  readonly delayMs: number
  /** Whether more is to come after these words, however long the pause. */
  unfinished?(text: string): boolean
}

const UPDATE_EVERY_MS = 250
/** A pause in which the end of the turn is guessed, and the one in which it is found. */
const EAGER_AFTER_MS = 200
const SURE_AFTER_MS = 400

type State = 'initial' | 'ongoing' | 'awaiting_end'
type Event = 'Update' | 'StartOfTurn' | 'EagerEndOfTurn' | 'TurnResumed' | 'EndOfTurn'

/** The service's side of one Flux stream: https://developers.deepgram.com/docs/flux/state */
export class FluxSession {
  readonly #line: Line
  readonly #query: FluxQuery
  readonly #options: FluxOptions
  readonly #hearing: Hearing
  readonly #timers = new Set<NodeJS.Timeout>()
  #state: State = 'initial'
  #words: HeardWord[] = []
  #silentFromMs: number | null = null
  #windowMs = 0
  #toldMs = 0
  #turn = 0
  #sequence = 0

  constructor(line: Line, query: FluxQuery, options: FluxOptions) {
    this.#line = line
    this.#query = query
    this.#options = options
    this.#hearing = new Hearing(options, EAGER_AFTER_MS, activity => this.#heard(activity))
    this.#say({ type: 'Connected' })
  }

  audio(bytes: Uint8Array): void {
    this.#hearing.write(bytes)
    this.#advance()
  }

  control(text: string): void {
    const type = /"type"\s*:\s*"(?<type>\w+)"/u.exec(text)?.groups?.['type'] ?? 'invalid'
    this.#line.log('in', type, text.slice(0, 200))
    if (type === 'CloseStream') return this.#later(() => this.#line.close(1000, ''))
    const description = 'Could not parse the client message.'
    this.#say({ type: 'Error', code: 'UNPARSABLE_CLIENT_MESSAGE', description })
    this.#later(() => this.#line.close(1008, 'UNPARSABLE_CLIENT_MESSAGE'))
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #heard({ type }: Activity): void {
    if (type === 'started') {
      this.#silentFromMs = null
      if (this.#state === 'awaiting_end') this.#tell('TurnResumed', 'ongoing')
      return
    }
    this.#words.push(...(this.#hearing.take() ?? []))
    this.#silentFromMs = this.#hearing.positionMs - EAGER_AFTER_MS
    if (this.#words.length === 0) return
    if (this.#state === 'initial') this.#tell('StartOfTurn', 'ongoing')
    if (this.#query.eager_eot_threshold !== undefined && !this.#unfinished) {
      this.#tell('EagerEndOfTurn', 'awaiting_end')
    }
  }

  #advance(): void {
    const { positionMs } = this.#hearing
    if (this.#state === 'initial' && this.#known().length > 0) this.#tell('StartOfTurn', 'ongoing')
    const silentMs = this.#silentFromMs === null ? 0 : positionMs - this.#silentFromMs
    const neededMs = this.#unfinished ? this.#query.eot_timeout_ms : SURE_AFTER_MS
    if (this.#state !== 'initial' && this.#silentFromMs !== null && silentMs >= neededMs) this.#endTurn()
    else if (positionMs - this.#toldMs >= UPDATE_EVERY_MS) this.#tell('Update', this.#state)
  }

  #endTurn(): void {
    this.#tell('EndOfTurn', 'initial', { trigger: this.#unfinished ? 'timeout' : 'model' })
    this.#words = []
    this.#silentFromMs = null
    this.#windowMs = this.#hearing.positionMs
    this.#turn++
  }

  get #unfinished(): boolean {
    return this.#options.unfinished?.(this.#words.map(word => word.text).join(' ')) ?? false
  }

  #known(): readonly HeardWord[] {
    return [...this.#words, ...this.#hearing.guess()]
  }

  #tell(event: Event, state: State, more: object = {}): void {
    this.#state = state
    this.#toldMs = this.#hearing.positionMs
    const known = this.#known()
    this.#say({
      type: 'TurnInfo',
      event,
      turn_index: this.#turn,
      audio_window_start: this.#windowMs / 1000,
      audio_window_end: this.#hearing.positionMs / 1000,
      transcript: known.map(word => word.text).join(' '),
      words: known.map(({ text, startMs, endMs }) => ({
        word: text,
        confidence: 0.98,
        start: startMs / 1000,
        end: endMs / 1000,
      })),
      end_of_turn_confidence: event === 'EndOfTurn' ? 0.9 : event === 'EagerEndOfTurn' ? 0.6 : 0.1,
      ...more,
    })
  }

  #say(message: { type: string } & Record<string, unknown>): void {
    const whole = { request_id: 'stand-in', sequence_id: this.#sequence++, ...message }
    this.#later(() => this.#line.send(whole.type, whole))
  }

  #later(act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, this.#options.delayMs)
    this.#timers.add(timer)
  }
}
