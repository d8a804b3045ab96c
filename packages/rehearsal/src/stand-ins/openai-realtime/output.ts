import { toneSpeech } from '../tone-speech.ts'
import type { ScriptedReply } from './script.ts'

/** Milliseconds. */
export interface Pace {
  /** From the request to the first delta. */
  readonly firstDeltaMs: number
  readonly betweenDeltasMs: number
  /** Audio in each delta. */
  readonly deltaAudioMs: number
}

export interface Spoken {
  readonly itemId: string
  /** Audio sent so far. */
  audioMs: number
}

export interface OutputJob {
  readonly responseId: string
  readonly metadata: unknown
  readonly reply: ScriptedReply
  readonly pace: Pace
  newId(kind: string): string
  /** An item of the conversation that truncate may name. */
  remember(spoken: Spoken): void
}

interface Wire {
  open(): boolean
  send(event: { type: string } & Record<string, unknown>): void
}

/**
 * One response on the wire, in the service's order: created, item and part added, deltas, their ends, done.
 * Cancelling it still ends what was begun.
 */
export class Output {
  readonly responseId: string
  readonly #job: OutputJob
  readonly #wire: Wire
  readonly #done: () => void
  #timer: NodeJS.Timeout | undefined
  #over = false
  #begun: Spoken | null = null
  #item: Record<string, unknown> = {}
  #words: string[] = []
  #spokenText = ''

  constructor(job: OutputJob, wire: Wire, done: () => void) {
    this.responseId = job.responseId
    this.#job = job
    this.#wire = wire
    this.#done = done
    this.#wire.send({ type: 'response.created', response: this.#response('in_progress', {}) })
    if (!job.reply.hangs) this.#later(job.pace.firstDeltaMs, () => this.#begin())
  }

  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    if (this.#over) return
    if (this.#begun) this.#endMessage('incomplete')
    this.#finish('cancelled', { type: 'cancelled', reason })
  }

  /** Silently, because the line is gone. */
  abandon(): void {
    this.#over = true
    clearTimeout(this.#timer)
  }

  #later(ms: number, next: () => void): void {
    this.#timer = setTimeout(() => {
      if (!this.#over && this.#wire.open()) next()
    }, ms)
  }

  #begin(): void {
    const { text, failure } = this.#job.reply
    if (failure)
      return this.#finish('failed', { type: 'failed', error: { type: 'server_error', ...failure } })
    if (text === undefined || text === '') return this.#callAndFinish(0)
    const itemId = this.#job.newId('item')
    this.#begun = { itemId, audioMs: 0 }
    this.#job.remember(this.#begun)
    this.#item = { id: itemId, type: 'message', role: 'assistant', status: 'in_progress', content: [] }
    this.#words = text.match(/\s*\S+/gu) ?? []
    this.#added(0)
    this.#part('response.content_part.added', { part: { type: 'audio', transcript: '' } })
    this.#delta(this.#job.reply.audio ?? toneSpeech(text))
  }

  #delta(audio: Uint8Array): void {
    const begun = this.#begun
    if (!begun) return
    const piece = audio.subarray(0, this.#job.pace.deltaAudioMs * 8)
    const rest = audio.subarray(piece.length)
    this.#speakWords(audio.length === 0 ? 1 : piece.length / audio.length)
    begun.audioMs += piece.length / 8
    this.#part('response.output_audio.delta', { delta: Buffer.from(piece).toString('base64') })
    const next = rest.length > 0 ? () => this.#delta(rest) : () => this.#messageSpoken()
    this.#later(this.#job.pace.betweenDeltasMs, next)
  }

  /** The transcript runs along with the audio: of the words left, as many as of the audio. */
  #speakWords(share: number): void {
    const count = Math.ceil(this.#words.length * share)
    const delta = this.#words.splice(0, count).join('')
    if (delta === '') return
    this.#spokenText += delta
    this.#part('response.output_audio_transcript.delta', { delta })
  }

  #messageSpoken(): void {
    this.#endMessage('completed')
    this.#callAndFinish(1)
  }

  #endMessage(status: string): void {
    const transcript = this.#spokenText
    this.#part('response.output_audio.done', {})
    this.#part('response.output_audio_transcript.done', { transcript })
    this.#part('response.content_part.done', { part: { type: 'audio', transcript } })
    this.#item = { ...this.#item, status, content: [{ type: 'output_audio', transcript }] }
    this.#itemDone(0)
  }

  #callAndFinish(index: number): void {
    const { call } = this.#job.reply
    if (call) this.#call(call, index)
    this.#finish('completed', { type: 'completed' })
  }

  #call(call: { name: string; arguments: string }, index: number): void {
    const id = this.#job.newId('item')
    const callId = this.#job.newId('call')
    const place = { response_id: this.responseId, item_id: id, output_index: index, call_id: callId }
    this.#item = {
      id,
      type: 'function_call',
      call_id: callId,
      name: call.name,
      arguments: '',
      status: 'in_progress',
    }
    this.#added(index)
    this.#wire.send({ type: 'response.function_call_arguments.delta', ...place, delta: call.arguments })
    this.#wire.send({ type: 'response.function_call_arguments.done', ...place, ...call })
    this.#item = { ...this.#item, arguments: call.arguments, status: 'completed' }
    this.#itemDone(index)
  }

  #added(index: number): void {
    const place = { response_id: this.responseId, output_index: index }
    this.#wire.send({ type: 'response.output_item.added', ...place, item: this.#item })
    this.#wire.send({ type: 'conversation.item.added', previous_item_id: null, item: this.#item })
  }

  #itemDone(index: number): void {
    const place = { response_id: this.responseId, output_index: index }
    this.#wire.send({ type: 'conversation.item.done', previous_item_id: null, item: this.#item })
    this.#wire.send({ type: 'response.output_item.done', ...place, item: this.#item })
  }

  #part(type: string, rest: Record<string, unknown>): void {
    const place = { item_id: this.#begun?.itemId ?? '', output_index: 0, content_index: 0 }
    this.#wire.send({ type, response_id: this.responseId, ...place, ...rest })
  }

  #finish(status: string, details: Record<string, unknown>): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#wire.send({ type: 'response.done', response: this.#response(status, details) })
    this.#wire.send({
      type: 'rate_limits.updated',
      rate_limits: [{ name: 'requests', limit: 1000, remaining: 999, reset_seconds: 60 }],
    })
    this.#done()
  }

  #response(status: string, details: Record<string, unknown>): Record<string, unknown> {
    return {
      object: 'realtime.response',
      id: this.responseId,
      status,
      status_details: status === 'in_progress' ? null : details,
      output: status === 'completed' ? [this.#item] : [],
      output_modalities: ['audio'],
      metadata: this.#job.metadata,
      usage: null,
    }
  }
}
