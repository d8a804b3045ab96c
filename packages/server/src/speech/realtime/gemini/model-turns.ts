import { SpokenReply } from '../../realtime-protocol/spoken-reply.ts'
import { textTurn } from './client-messages.ts'

/** Replies that may wait for the floor. */
const MOST_WAITING = 8
/** A model that begins nothing for so long, or stops for so long in the middle, is taken to be gone. */
const PATIENCE_MS = 3_000
/** How long the end of a turn that was cut off is waited for. */
const CUT_PATIENCE_MS = 2_000

interface Request {
  readonly reply: SpokenReply
  /** Made when it is sent: tool answers may still come in while it waits. */
  message(): object
}

interface Hooks {
  send(message: object): void
  started(reply: SpokenReply): void
  done(reply: SpokenReply, result: 'complete' | 'cancelled' | 'failed'): void
  /** The model begins to answer the callee by itself. */
  answering(): void
  stalled(again: boolean): void
}

/**
 * The model's turns, one after the other. Nothing on the wire names a reply: what comes belongs to the turn
 * that is open, and a turn is over when the service says so. Text that we send stops the model, so requests and
 * notes wait for the end of the turn; what still comes of a turn that was cut off is dropped until then.
 */
export class ModelTurns {
  readonly #hooks: Hooks
  #waiting: Request[] = []
  #notes: string[] = []
  #asked: SpokenReply | null = null
  #active: SpokenReply | null = null
  #last: SpokenReply | null = null
  /** Until the end of the turn nothing that comes is wanted. */
  #dropping = false
  #awaitsAnswers = false
  #count = 0
  #deadline: NodeJS.Timeout | undefined
  #stalledBefore = false

  constructor(hooks: Hooks) {
    this.#hooks = hooks
  }

  ask(request: Request): void {
    if (this.#waiting.length >= MOST_WAITING) throw new Error('too many replies wait for one voice')
    this.#waiting.push(request)
    this.#next()
  }

  /** Told to the model when it is silent. */
  note(text: string): void {
    this.#notes.push(text)
    if (this.#dropping) this.#flush()
    else this.#next()
  }

  /** The reply that something belongs to which just came; null: to none that is wanted. */
  content(): SpokenReply | null {
    if (this.#dropping) return null
    this.#stalledBefore = false
    this.#wait(PATIENCE_MS)
    this.#active ??= this.#begin()
    return this.#active
  }

  /** All audio is here: the end of the turn may wait until it would have been played. */
  generated(): void {
    if (this.#active) this.#wait(this.#active.audioMs + PATIENCE_MS)
  }

  called(): void {
    this.#awaitsAnswers = true
    this.#settle()
    this.#end('complete')
    this.#next()
  }

  /** Whether it was the callee who stopped the model. */
  interrupted(): boolean {
    if (this.#dropping) return false
    this.#end('cancelled')
    this.#dropping = true
    this.#wait(CUT_PATIENCE_MS)
    return true
  }

  completed(): void {
    this.#settle()
    const cut = this.#dropping
    this.#dropping = false
    this.#awaitsAnswers = false
    if (!cut) this.#end('complete')
    this.#next()
  }

  /** The reply that was cut, if any of it may have been heard. */
  interrupt(replyId: string): SpokenReply | null {
    const waiting = this.#waiting.find(({ reply }) => reply.replyId === replyId)?.reply
    if (waiting) {
      this.#waiting = this.#waiting.filter(({ reply }) => reply !== waiting)
      this.#hooks.done(waiting, 'cancelled')
      return null
    }
    if (this.#last?.replyId === replyId) {
      const last = this.#last
      this.#last = null
      return last
    }
    const current = this.#active ?? this.#asked
    if (current?.replyId !== replyId) return null
    this.#asked = null
    this.#active = null
    this.#dropping = true
    this.#wait(CUT_PATIENCE_MS)
    this.#hooks.done(current, 'cancelled')
    return current
  }

  /** Ends every reply that is not over; for a session that is lost. */
  fail(): void {
    const replies = [this.#active, this.#asked, ...this.#waiting.map(({ reply }) => reply)]
    this.close()
    for (const reply of replies) if (reply) this.#hooks.done(reply, 'failed')
  }

  close(): void {
    this.#waiting = []
    this.#notes = []
    this.#asked = null
    this.#active = null
    this.#settle()
  }

  #begin(): SpokenReply {
    const asked = this.#asked
    this.#asked = null
    if (!asked) {
      this.#count += 1
      this.#hooks.answering()
    }
    const reply = asked ?? new SpokenReply(`gemini-${this.#count}`, null)
    this.#hooks.started(reply)
    return reply
  }

  #next(): void {
    if (this.#active || this.#asked || this.#dropping) return
    // The model waits for answers, and every other text would make it forget its calls.
    if (!this.#awaitsAnswers) this.#flush()
    const request = this.#waiting.shift()
    if (!request) return
    this.#awaitsAnswers = false
    this.#asked = request.reply
    this.#hooks.send(request.message())
    this.#wait(PATIENCE_MS)
  }

  #flush(): void {
    for (const text of this.#notes.splice(0)) this.#hooks.send(textTurn(text, false))
  }

  #end(result: 'complete' | 'cancelled'): void {
    const reply = this.#active
    this.#active = null
    if (!reply) return
    this.#last = reply
    this.#hooks.done(reply, result)
  }

  #wait(ms: number): void {
    this.#settle()
    this.#deadline = setTimeout(() => this.#late(), ms)
  }

  /** A cut turn whose end was never told counts as ended; a reply that stopped coming has failed. */
  #late(): void {
    const cut = this.#dropping
    this.#dropping = false
    const reply = this.#active ?? this.#asked
    const begun = this.#active !== null
    this.#active = null
    this.#asked = null
    if (!cut && reply) {
      const again = this.#stalledBefore || !begun
      this.#hooks.stalled(again)
      this.#stalledBefore = true
      this.#hooks.done(reply, 'failed')
    }
    this.#next()
  }

  #settle(): void {
    clearTimeout(this.#deadline)
  }
}
