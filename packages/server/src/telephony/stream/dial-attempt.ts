import { DialFailed, type DialProgress } from '../port.ts'
import type { CallEnded, CallIds, CallReport, Vendor } from '../vendor.ts'
import { advanceAttempt, type Attempt, type AttemptEvent, freshAttempt, type GiveUp } from './attempt.ts'
import type { Created } from './create-call.ts'
import type { MediaConnection } from './expected-calls.ts'
import { hangUpByRest } from './hang-up.ts'
import type { RestClient } from './rest-client.ts'

export interface DialTimings {
  /** How long a create request may take with its repetitions. */
  readonly createMs: number
  /** After a create request whose answer was lost: how long a callback may take that says there is a call. */
  readonly signMs: number
  /** After the answer: how long the vendor may take to connect the audio. */
  readonly audioMs: number
  readonly hangUpMs: number
}

export const dialTimings: DialTimings = {
  createMs: 15_000,
  signMs: 15_000,
  audioMs: 10_000,
  hangUpMs: 8_000,
}

export interface DialAttemptDeps {
  readonly vendor: Vendor
  readonly rest: RestClient
  readonly timings: DialTimings
  onProgress(progress: DialProgress): void
}

/** What begins an attempt, and how long it may take. */
export interface Beginning {
  /** Asks the vendor for the call; rejects with DialFailed when there surely is none. */
  create(signal: AbortSignal): Promise<Created>
  readonly patience: { readonly ms: number; readonly why: GiveUp }
}

/** Drives one attempt: feeds the state machine what the vendor says, and acts on what it decides. */
export class DialAttempt {
  readonly #deps: DialAttemptDeps
  readonly #decided = Promise.withResolvers<Attempt>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #attempt = freshAttempt
  #creating: Promise<void> = Promise.resolve()
  #media: MediaConnection | undefined
  #onEnded: ((ended: CallEnded) => void) | undefined
  #abandoned = false

  constructor(deps: DialAttemptDeps) {
    this.#deps = deps
  }

  get ids(): CallIds {
    return this.#attempt.ids
  }

  /** Resolves when the callee has answered and the audio stands; rejects with DialFailed. */
  async run(beginning: Beginning, signal: AbortSignal): Promise<MediaConnection> {
    const cancel = (): void => this.#feed({ type: 'gave_up', why: 'cancelled' })
    signal.addEventListener('abort', cancel, { once: true })
    this.#after(beginning.patience.ms, beginning.patience.why)
    this.#creating = this.#create(beginning)
    try {
      const { verdict } = await this.#decided.promise
      if (verdict?.type === 'live' && this.#media) return this.#media
      throw await this.#fail()
    } finally {
      signal.removeEventListener('abort', cancel)
      for (const timer of this.#timers) clearTimeout(timer)
    }
  }

  reported(report: CallReport): void {
    if (report.news.type === 'ended') this.#onEnded?.(report.news)
    this.#feed({ type: 'reported', ...report })
    // Word of a call that was given up before its id was known: nobody else can end it.
    if (this.#abandoned && report.news.type !== 'ended') void this.hangUp()
  }

  connected(media: MediaConnection): void {
    if (this.#attempt.verdict !== null) return media.socket.close(1000, 'over')
    this.#media = media
    media.socket.take({
      message: () => undefined,
      closed: () => this.#feed({ type: 'disconnected' }),
    })
    if (media.start.isMulaw) this.#feed({ type: 'connected', ids: media.start.ids })
    else this.#feed({ type: 'gave_up', why: 'unusable_audio' })
  }

  /** The call's end, told by a callback at any time after it was answered. */
  onEnded(listener: (ended: CallEnded) => void): void {
    this.#onEnded = listener
  }

  async hangUp(): Promise<boolean> {
    return await hangUpByRest(this.ids, this.#deps, AbortSignal.timeout(this.#deps.timings.hangUpMs))
  }

  async #create(beginning: Beginning): Promise<void> {
    try {
      const created = await beginning.create(AbortSignal.timeout(this.#deps.timings.createMs))
      if (created.type === 'created') this.#feed({ type: 'created', id: created.id })
      else if (!hasIds(this.ids)) this.#after(this.#deps.timings.signMs, 'no_sign')
    } catch (error) {
      this.#decided.reject(error)
    }
  }

  #feed(event: AttemptEvent): void {
    const before = this.#attempt
    const after = advanceAttempt(before, event, this.#deps.vendor.capabilities)
    this.#attempt = after
    if (before.verdict !== null) return
    const providerCallId = idOf(after.ids)
    // Some know a call by its request first, and by an id of its own once it rings.
    if (providerCallId !== null && providerCallId !== idOf(before.ids))
      this.#deps.onProgress({ type: 'placed', providerCallId })
    if (after.ringing && !before.ringing) this.#deps.onProgress({ type: 'ringing', earlyMedia: false })
    if (after.answered && !before.answered && !after.connected)
      this.#after(this.#deps.timings.audioMs, 'no_audio')
    if (after.verdict === null) return
    this.#media?.socket.hold()
    this.#decided.resolve(after)
  }

  /** Ends what nobody wants any more, and answers the error to be thrown. */
  async #fail(): Promise<DialFailed> {
    const { verdict } = this.#attempt
    this.#media?.socket.close(1000, 'over')
    if (verdict?.type !== 'failed')
      return new DialFailed('failed', { message: 'The media connection broke', code: null })
    if (verdict.hangUp) {
      this.#abandoned = true
      // Its id comes with the answer to the create request: that is awaited, or the phone would ring on.
      await this.#creating
      if (hasIds(this.ids)) await this.hangUp()
    }
    return new DialFailed(verdict.callStatus, { message: verdict.message, code: verdict.code })
  }

  #after(ms: number, why: GiveUp): void {
    const timer = setTimeout(() => this.#giveUp(why), ms)
    this.#timers.add(timer)
  }

  #giveUp(why: GiveUp): void {
    if (why === 'no_sign' && hasIds(this.ids)) return
    if (why === 'ring_timeout' && this.#attempt.answered) return
    if (why === 'no_audio' && this.#attempt.connected) return
    this.#feed({ type: 'gave_up', why })
  }
}

function idOf({ placed, live }: CallIds): string | null {
  return live ?? placed
}

function hasIds({ placed, live }: CallIds): boolean {
  return placed !== null || live !== null
}
