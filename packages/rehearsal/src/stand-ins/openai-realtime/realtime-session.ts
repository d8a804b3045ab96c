import { randomUUID } from 'node:crypto'
import type { Line } from '../loopback.ts'
import { VoiceActivity, type Activity } from '../voice-activity.ts'
import {
  parseClientEvent,
  type ClientEvent,
  type Parsed,
  type Refusal,
  type ResponseConfig,
  type SessionConfig,
} from './client-events.ts'
import { Output, type Pace, type Spoken } from './output.ts'
import type { Script } from './script.ts'

/** How a service that is like OpenAI's differs from it on the wire. */
export interface Protocol {
  parse(frame: string): Parsed
  /** The events that stand for one of OpenAI's. */
  tell(event: ServerMessage): readonly ServerMessage[]
}

export type ServerMessage = { type: string } & Record<string, unknown>

export interface SessionOptions extends Partial<Protocol> {
  readonly model: string
  readonly script: Script
  readonly pace: Pace
  /** From the end of the callee's turn to its transcript, in milliseconds. */
  readonly transcriptMs: number
}

type Of<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>

/** The service's side of one Realtime session: its configuration, conversation, turns and single response. */
export class RealtimeSession {
  readonly #line: Line
  readonly #options: SessionOptions
  readonly #spoken = new Map<string, Spoken>()
  readonly #calls = new Set<string>()
  #config: SessionConfig
  #activity: VoiceActivity | null = null
  #active: Output | null = null
  #turn = { id: '', count: 0, heard: '' }
  #toolResult: string | null = null

  constructor(line: Line, options: SessionOptions) {
    this.#line = line
    this.#options = options
    this.#config = { type: 'realtime', model: options.model, output_modalities: ['audio'] }
    this.#send({ type: 'session.created', session: this.#describe() })
  }

  receive(frame: string): void {
    const parsed = (this.#options.parse ?? parseClientEvent)(frame)
    if ('refusal' in parsed) {
      this.#line.log('in', 'invalid', frame.slice(0, 2000))
      this.#refuse(parsed.refusal, parsed.eventId)
    } else {
      if (parsed.event.type !== 'input_audio_buffer.append')
        this.#line.log('in', parsed.event.type, parsed.event)
      this.#act(parsed.event)
    }
  }

  end(): void {
    this.#active?.abandon()
  }

  #act(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        return this.#update(event)
      case 'input_audio_buffer.append':
        return this.#activity?.write(Buffer.from(event.audio, 'base64'))
      case 'input_audio_buffer.commit':
        return this.#commit()
      case 'input_audio_buffer.clear':
        return this.#send({ type: 'input_audio_buffer.cleared' })
      case 'conversation.item.create':
        return this.#create(event)
      case 'conversation.item.truncate':
        return this.#truncate(event)
      case 'conversation.item.delete':
        this.#spoken.delete(event.item_id)
        return this.#send({ type: 'conversation.item.deleted', item_id: event.item_id })
      case 'response.create':
        return this.#createResponse(event)
      case 'response.cancel':
        return this.#cancel(event)
    }
  }

  #update({ session, event_id: id }: Of<'session.update'>): void {
    if (this.#changesVoice(session)) {
      const message = "Cannot update a conversation's voice if assistant audio is present."
      return this.#refuse({ code: 'cannot_update_voice', message, param: null }, id ?? null)
    }
    this.#config = { ...this.#config, ...session, audio: { ...this.#config.audio, ...session.audio } }
    this.#activity ??= this.#detector()
    this.#send({ type: 'session.updated', session: this.#describe() })
  }

  #changesVoice(session: SessionConfig): boolean {
    const wanted = session.audio?.output?.voice
    const current = this.#config.audio?.output?.voice
    return wanted !== undefined && current !== undefined && wanted !== current && this.#spoken.size > 0
  }

  #detector(): VoiceActivity | null {
    const detection = this.#config.audio?.input?.turn_detection
    if (detection?.type !== 'server_vad') return null
    const { prefix_padding_ms: prefixPaddingMs = 300, silence_duration_ms: silenceMs = 500 } = detection
    return new VoiceActivity({ prefixPaddingMs, silenceMs }, activity => this.#heard(activity))
  }

  #heard({ type, atMs }: Activity): void {
    const detection = this.#config.audio?.input?.turn_detection
    if (type === 'started') {
      this.#turn = { ...this.#turn, id: this.#id('item') }
      this.#send({ type: 'input_audio_buffer.speech_started', audio_start_ms: atMs, item_id: this.#turn.id })
      if (detection?.interrupt_response !== false) this.#active?.cancel('turn_detected')
      return
    }
    this.#send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: atMs, item_id: this.#turn.id })
    this.#commit()
    if (detection?.create_response !== false && !this.#active) this.#respond({}, true)
  }

  #commit(): void {
    const id = this.#turn.id === '' ? this.#id('item') : this.#turn.id
    const count = this.#turn.count + 1
    const text = this.#options.script.transcribe(count)
    this.#turn = { id: '', count, heard: text ?? '' }
    this.#send({ type: 'input_audio_buffer.committed', previous_item_id: null, item_id: id })
    const item = {
      id,
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_audio', transcript: null }],
    }
    this.#send({ type: 'conversation.item.added', previous_item_id: null, item })
    this.#send({ type: 'conversation.item.done', previous_item_id: null, item })
    if (this.#config.audio?.input?.transcription) {
      setTimeout(() => this.#transcribe(id, text), this.#options.transcriptMs)
    }
  }

  #transcribe(itemId: string, text: string | null): void {
    const prefix = 'conversation.item.input_audio_transcription'
    const place = { item_id: itemId, content_index: 0 }
    if (text === null) {
      const error = { type: 'transcription_error', code: 'audio_unintelligible', message: 'No speech found.' }
      return this.#send({ type: `${prefix}.failed`, ...place, error })
    }
    for (const delta of text.match(/\s*\S+/gu) ?? []) this.#send({ type: `${prefix}.delta`, ...place, delta })
    const usage = { type: 'duration', seconds: 1 }
    this.#send({ type: `${prefix}.completed`, ...place, transcript: text, usage })
  }

  #create({ item, event_id: id }: Of<'conversation.item.create'>): void {
    if (item.type === 'function_call_output') {
      if (!this.#calls.has(item.call_id)) {
        const message = `No function call with id ${item.call_id} found.`
        return this.#refuse({ code: 'invalid_tool_call_id', message, param: 'item.call_id' }, id ?? null)
      }
      this.#toolResult = item.output
    }
    const added = { id: this.#id('item'), status: 'completed', ...item }
    this.#send({ type: 'conversation.item.added', previous_item_id: null, item: added })
    this.#send({ type: 'conversation.item.done', previous_item_id: null, item: added })
  }

  #truncate(event: Of<'conversation.item.truncate'>): void {
    const { item_id, content_index, audio_end_ms } = event
    const spoken = this.#spoken.get(item_id)
    if (!spoken) {
      const message = `Item ${item_id} does not exist or has no audio.`
      return this.#refuse(
        { code: 'item_truncate_invalid_item_id', message, param: 'item_id' },
        event.event_id ?? null,
      )
    }
    if (audio_end_ms > spoken.audioMs) {
      const message = `Audio content of ${spoken.audioMs}ms is already shorter than ${audio_end_ms}ms`
      return this.#refuse({ code: 'invalid_value', message, param: 'audio_end_ms' }, event.event_id ?? null)
    }
    spoken.audioMs = audio_end_ms
    this.#send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms })
  }

  #createResponse({ response, event_id: id }: Of<'response.create'>): void {
    if (this.#active) {
      const message = `Conversation already has an active response in progress: ${this.#active.responseId}.`
      const refusal = { code: 'conversation_already_has_active_response', message, param: null }
      return this.#refuse(refusal, id ?? null)
    }
    this.#respond(response ?? {}, false)
  }

  #cancel({ response_id: wanted, event_id: id }: Of<'response.cancel'>): void {
    if (this.#active && (wanted === undefined || wanted === this.#active.responseId)) {
      return this.#active.cancel('client_cancelled')
    }
    const message = 'Cancellation failed: no active response found'
    this.#refuse({ code: 'response_cancel_not_active', message, param: null }, id ?? null)
  }

  #respond(config: ResponseConfig, byItself: boolean): void {
    const reply = this.#options.script.reply({
      turns: this.#turn.count,
      heard: this.#turn.heard,
      instructions: config.instructions ?? this.#config.instructions ?? '',
      toolResult: this.#toolResult,
      byItself,
    })
    this.#toolResult = null
    const job = {
      responseId: this.#id('resp'),
      metadata: config.metadata ?? null,
      reply,
      pace: this.#options.pace,
      newId: (kind: string) => this.#id(kind),
      remember: (spoken: Spoken) => void this.#spoken.set(spoken.itemId, spoken),
    }
    this.#active = new Output(job, { open: () => this.#line.open, send: event => this.#send(event) }, () => {
      this.#active = null
    })
  }

  #id(kind: string): string {
    const id = `${kind}_${randomUUID().replaceAll('-', '').slice(0, 21)}`
    if (kind === 'call') this.#calls.add(id)
    return id
  }

  #describe(): Record<string, unknown> {
    return { object: 'realtime.session', id: 'sess_stand_in', ...this.#config }
  }

  #refuse({ code, message, param }: Refusal, eventId: string | null): void {
    this.#send({
      type: 'error',
      error: { type: 'invalid_request_error', code, message, param, event_id: eventId },
    })
  }

  #send(event: ServerMessage): void {
    for (const told of this.#options.tell?.(event) ?? [event]) {
      this.#line.send(told.type, { event_id: this.#id('event'), ...told })
    }
  }
}
