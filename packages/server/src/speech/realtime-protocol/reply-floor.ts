import { responseCancel } from './client-events.ts'
import { SpokenReply } from './spoken-reply.ts'

/** Finished replies whose audio may still be playing, so that an interruption can cut them. */
const REMEMBERED = 16
/** Replies that may wait for the floor. */
const MOST_WAITING = 8
/** A model that begins nothing for so long, or stops for so long in the middle, is taken to be gone. */
const RESPONSE_PATIENCE_MS = 3_000
/** And to end what it stopped in, when it is told to. */
const CANCEL_PATIENCE_MS = 1_500

export interface Request {
  readonly reply: SpokenReply
  readonly event: object
  /** The server can not tell whose the response is: the next one of unknown origin answers this request. */
  readonly unmarked: boolean
}

interface FloorHooks {
  send(event: object): void
  started(reply: SpokenReply): void
  done(reply: SpokenReply, result: 'complete' | 'cancelled' | 'failed'): void
  /** What makes the model forget what was not heard. */
  cut(reply: SpokenReply, playedMs: number): readonly object[]
  /** The model has begun nothing, or nothing more, for too long. `again`: cancelling can not or did not help. */
  stalled(again: boolean): void
}

/**
 * Who has the model's floor. The server answers a second response.create with an error while one response is
 * under way, and it begins responses by itself when the callee stops speaking; so requests wait here, and one
 * that collides with the server's own is put back in front.
 */
export class ReplyFloor {
  readonly #hooks: FloorHooks
  #waiting: Request[] = []
  #asked: Request | null = null
  #active: SpokenReply | null = null
  /** The active response was cancelled by the server, because the callee spoke. */
  #cancelledByServer = false
  #recent: SpokenReply[] = []
  #deadline: NodeJS.Timeout | undefined
  #stalledBefore = false

  constructor(hooks: FloorHooks) {
    this.#hooks = hooks
  }

  ask(request: Request): void {
    if (this.#waiting.length >= MOST_WAITING) throw new Error('too many replies wait for one voice')
    this.#waiting.push(request)
    this.#next()
  }

  created(responseId: string, replyId: string | null): void {
    const asked = this.#asked
    const answers = asked?.reply.replyId === replyId || (asked?.unmarked === true && replyId === null)
    const mine = asked && answers ? asked.reply : null
    if (mine) this.#asked = null
    const reply = mine ?? new SpokenReply(responseId, null)
    reply.responseId = responseId
    this.#active = reply
    this.#cancelledByServer = false
    this.#remember(reply)
    this.alive()
    if (reply.over) this.#hooks.send(responseCancel(responseId))
    else this.#hooks.started(reply)
  }

  /** The reply that a delta belongs to; null when it was cut off or is not known. */
  current(responseId: string): SpokenReply | null {
    const reply = this.#active
    if (reply?.responseId !== responseId) return null
    this.alive()
    return reply.over ? null : reply
  }

  finished(responseId: string, result: 'complete' | 'cancelled' | 'failed'): void {
    const reply = this.#active?.responseId === responseId ? this.#active : null
    if (reply) this.#active = null
    this.#settle()
    if (reply) this.#end(reply, result)
    this.#next()
  }

  /** The server refused our request. Null: it was none of ours, or is asked again. */
  refused(replyId: string, because: 'busy' | 'error'): void {
    const request = this.#asked
    if (!request || request.reply.replyId !== replyId) return
    this.#asked = null
    this.#settle()
    if (request.reply.over) return this.#next()
    if (because === 'busy') return void this.#waiting.unshift(request)
    this.#end(request.reply, 'failed')
    this.#next()
  }

  speechStarted(): void {
    if (this.#active) this.#cancelledByServer = true
  }

  interrupt(replyId: string, playedMs: number): void {
    const waiting = this.#waiting.find(({ reply }) => reply.replyId === replyId)
    if (waiting) this.#waiting = this.#waiting.filter(request => request !== waiting)
    const asked = this.#asked?.reply.replyId === replyId ? this.#asked.reply : null
    const spoken = this.#recent.find(reply => reply.replyId === replyId)
    if (spoken) this.#cut(spoken, playedMs)
    const reply = waiting?.reply ?? asked ?? spoken
    if (reply) this.#end(reply, 'cancelled')
  }

  /** Ends every reply that is not over; for a session that is lost. */
  fail(): void {
    const replies = [this.#active, this.#asked?.reply, ...this.#waiting.map(({ reply }) => reply)]
    this.close()
    for (const reply of replies) if (reply) this.#end(reply, 'failed')
  }

  alive(): void {
    this.#settle()
    this.#deadline = setTimeout(() => this.#stall(), RESPONSE_PATIENCE_MS)
  }

  close(): void {
    this.#waiting = []
    this.#asked = null
    this.#active = null
    this.#settle()
  }

  #next(): void {
    if (this.#asked || this.#active) return
    const request = this.#waiting.shift()
    if (!request) return
    this.#asked = request
    this.#hooks.send(request.event)
    this.alive()
  }

  #cut(reply: SpokenReply, playedMs: number): void {
    const { responseId } = reply
    if (reply === this.#active && responseId !== null && !reply.over && !this.#cancelledByServer) {
      this.#hooks.send(responseCancel(responseId))
    }
    for (const event of this.#hooks.cut(reply, playedMs)) this.#hooks.send(event)
    this.#recent = this.#recent.filter(other => other !== reply)
  }

  #end(reply: SpokenReply, result: 'complete' | 'cancelled' | 'failed'): void {
    if (reply.over) return
    reply.over = true
    this.#hooks.done(reply, result)
  }

  #remember(reply: SpokenReply): void {
    this.#recent.push(reply)
    if (this.#recent.length > REMEMBERED) this.#recent.shift()
  }

  #stall(): void {
    // To a request it did not even begin there is nothing to cancel.
    const again = this.#stalledBefore || this.#active === null
    this.#stalledBefore = true
    const reply = this.#active ?? this.#asked?.reply
    if (this.#active?.responseId) this.#hooks.send(responseCancel(this.#active.responseId))
    if (!again) this.#deadline = setTimeout(() => this.#stall(), CANCEL_PATIENCE_MS)
    this.#hooks.stalled(again)
    if (reply) this.#end(reply, 'failed')
  }

  #settle(): void {
    clearTimeout(this.#deadline)
    this.#stalledBefore = false
  }
}
