import { EventOutlet } from '../event-outlet.ts'
import {
  type TalkMessage,
  VoiceFault,
  type Voice,
  type VoiceCapabilities,
  type VoiceEvent,
  type VoiceSession,
} from '../port.ts'
import type { SocketSession } from '../socket-session.ts'
import { CalleeTurns } from './callee-turns.ts'
import {
  audioAppend,
  message,
  PREFIX_PADDING_MS,
  responseCreate,
  SILENCE_MS,
  toolOutput,
} from './client-events.ts'
import type { Dialect } from './dialect.ts'
import { ALREADY_ACTIVE, endsSession, faultOfCode, isHarmless } from './faults.ts'
import { ReplyFloor, type Request } from './reply-floor.ts'
import type { ServerEvent } from './server-events.ts'
import { SpokenReply } from './spoken-reply.ts'
import { isVerbatim } from './verbatim.ts'

/** Bytes of µ-law in a millisecond. */
const BYTES_PER_MS = 8
/** A far end that sends so many frames we cannot read speaks something else. */
const MOST_GARBAGE = 20
/** After the callee's turn the server has much to tell; one that tells nothing is gone, whatever its pongs say. */
const ANSWER_PATIENCE_MS = 3_000

type Of<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>

/** A speech-to-speech model that speaks OpenAI's protocol, on a configured session. It finds turns; some answer them by themselves. */
export class ProtocolVoice implements Voice {
  readonly capabilities: VoiceCapabilities
  readonly #session: VoiceSession
  readonly #dialect: Dialect
  readonly #socket: SocketSession
  readonly #outlet = new EventOutlet()
  readonly #turns = new CalleeTurns(event => this.#outlet.emit(event))
  readonly #floor = new ReplyFloor({
    send: event => this.#send(event),
    started: ({ replyId }) => this.#outlet.emit({ type: 'reply_started', replyId }),
    done: ({ replyId }, result) => this.#outlet.emit({ type: 'reply_done', replyId, result }),
    cut: (reply, playedMs) => this.#dialect.cut(reply, playedMs),
    stalled: again => this.#stalled(again),
  })
  #appendedMs = 0
  /** Media clock at which the server's count of appended audio began. */
  #originMs = 0
  #garbage = 0
  #expecting: NodeJS.Timeout | undefined
  #disposal: Promise<void> | null = null

  constructor(session: VoiceSession, dialect: Dialect, socket: SocketSession) {
    this.capabilities = { takesTurns: dialect.takesTurns, needsWords: false }
    this.#session = session
    this.#dialect = dialect
    this.#socket = socket
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#outlet.listen(listener)
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#originMs = atMs - this.#appendedMs
    this.#appendedMs += frame.length / BYTES_PER_MS
    this.#socket.send(audioAppend(frame))
  }

  say(replyId: string, text: string): void {
    const { saysUnmarked: unmarked } = this.#dialect
    this.#ask({ reply: new SpokenReply(replyId, text), event: this.#dialect.say(replyId, text), unmarked })
  }

  respond(replyId: string, guidance?: string): void {
    const instructions =
      guidance === undefined ? {} : { instructions: `${this.#session.prompt}\n\n${guidance}` }
    const event = responseCreate(replyId, { ...instructions, toolsAllowed: true })
    this.#ask({ reply: new SpokenReply(replyId, null), event, unmarked: false })
  }

  interrupt(replyId: string, playedMs: number): void {
    this.#floor.interrupt(replyId, playedMs)
  }

  instruct(text: string): void {
    this.#send(message('system', text))
  }

  tell(text: string): void {
    this.#send(message('user', text))
  }

  answerTool(toolCallId: string, result: unknown): void {
    this.#send(toolOutput(toolCallId, result))
  }

  /** Tells the model what was said before this session. */
  recall(past: readonly TalkMessage[]): void {
    for (const item of this.#dialect.recall(past)) this.#send(item)
  }

  received(event: ServerEvent): void {
    clearTimeout(this.#expecting)
    switch (event.type) {
      case 'speech_started':
      case 'speech_stopped':
        return this.#speech(event)
      case 'transcript_delta':
        return this.#turns.grew(event.itemId, event.text)
      case 'transcript_snapshot':
        return this.#turns.became(event.itemId, event.text)
      case 'transcript_completed':
        return this.#turns.finished(event.itemId, event.text)
      case 'transcript_failed':
        return this.#turns.finished(event.itemId, '')
      case 'error':
        return this.#error(event)
      case 'garbage':
        return this.#unreadable()
      case 'session_created':
      case 'session_updated':
      case 'other':
        return
      default:
        return this.#response(event)
    }
  }

  lost(fault: VoiceFault): void {
    clearTimeout(this.#expecting)
    this.#outlet.emit({ type: 'fault', fault, fatal: true })
    this.#floor.fail()
    this.#turns.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  #ask(request: Request): void {
    if (this.#disposal || this.#socket.over) return
    this.#floor.ask(request)
  }

  #send(event: object): void {
    this.#socket.send(JSON.stringify(event))
  }

  /**
   * The server's times include what it pads before the onset and waits for after the end. Where it tells none,
   * the speech began just now, and ended as long ago as the server waits.
   */
  #speech({ type, itemId, audioMs }: Of<'speech_started' | 'speech_stopped'>): void {
    if (type === 'speech_started') {
      const atMs = this.#originMs + (audioMs === null ? this.#appendedMs : audioMs + PREFIX_PADDING_MS)
      if (this.#dialect.takesTurns) this.#floor.speechStarted()
      this.#turns.started(itemId, atMs)
      this.#outlet.emit({ type, atMs })
    } else {
      const atMs = this.#originMs + (audioMs ?? this.#appendedMs) - SILENCE_MS
      this.#turns.stopped(itemId, atMs)
      this.#outlet.emit({ type, atMs })
      this.#expecting = setTimeout(() => this.#stalled(true), ANSWER_PATIENCE_MS)
    }
  }

  #response(
    event: Of<
      'response_created' | 'audio_delta' | 'words_delta' | 'function_call' | 'progress' | 'response_done'
    >,
  ): void {
    if (event.type === 'response_created') return this.#floor.created(event.responseId, event.replyId)
    if (event.type === 'response_done') return this.#done(event)
    const reply = this.#floor.current(event.responseId)
    if (!reply || event.type === 'progress') return
    const { replyId } = reply
    if (!reply.begun) this.#outlet.emit({ type: 'first_token', replyId })
    reply.begun = true
    if (event.type === 'words_delta') {
      reply.words += event.text
      this.#tellWords(reply, reply.whole.push(event.text, reply.audioMs))
    } else if (event.type === 'audio_delta') {
      reply.addAudio(event)
      this.#outlet.emit({ type: 'reply_audio', replyId, audio: event.audio })
    } else {
      const { callId, name } = event
      this.#outlet.emit({ type: 'tool_call', replyId, toolCallId: callId, name, arguments: event.arguments })
    }
  }

  #done({ responseId, status, code, message: why }: Of<'response_done'>): void {
    const reply = this.#floor.current(responseId)
    if (reply && (status === 'failed' || status === 'incomplete')) {
      const fault = faultOfCode(code, why, this.#dialect)
      this.#outlet.emit({ type: 'fault', fault, fatal: endsSession(fault, code) })
    }
    if (reply && status === 'completed' && reply.verbatim !== null) this.#verify(reply, reply.verbatim)
    if (reply) this.#tellWords(reply, reply.whole.finish())
    const results = {
      completed: 'complete',
      incomplete: 'complete',
      cancelled: 'cancelled',
      failed: 'failed',
    } as const
    this.#floor.finished(responseId, results[status])
  }

  #tellWords(reply: SpokenReply, piece: { text: string; atMs: number }): void {
    const { text, atMs: offsetMs } = piece
    if (text === '') return
    reply.tell(piece)
    this.#outlet.emit({ type: 'reply_text', replyId: reply.replyId, text, offsetMs })
  }

  #verify(reply: SpokenReply, wanted: string): void {
    if (isVerbatim(wanted, reply.words)) return
    const fault = new VoiceFault(this.#dialect.provider, 'protocol', {
      message: 'the model strayed from the words it was given',
    })
    this.#outlet.emit({ type: 'fault', fault, fatal: false })
  }

  #error({ code, eventId, message: why }: Of<'error'>): void {
    const replyId = eventId?.startsWith('create:') ? eventId.slice('create:'.length) : null
    if (code === ALREADY_ACTIVE && replyId !== null) return this.#floor.refused(replyId, 'busy')
    if (isHarmless(code)) return
    const fault = faultOfCode(code, why, this.#dialect)
    this.#outlet.emit({ type: 'fault', fault, fatal: endsSession(fault, code) })
    if (replyId !== null) this.#floor.refused(replyId, 'error')
  }

  #unreadable(): void {
    this.#garbage++
    const fault = new VoiceFault(this.#dialect.provider, 'protocol', { message: 'a frame could not be read' })
    if (this.#garbage <= MOST_GARBAGE) {
      this.#outlet.emit({ type: 'fault', fault, fatal: this.#garbage === MOST_GARBAGE })
    }
  }

  #stalled(again: boolean): void {
    const fault = new VoiceFault(this.#dialect.provider, 'timeout', {
      message: 'the model stopped answering',
    })
    this.#outlet.emit({ type: 'fault', fault, fatal: again })
  }

  async #dispose(): Promise<void> {
    this.#outlet.close()
    clearTimeout(this.#expecting)
    this.#floor.close()
    this.#turns.clear()
    await this.#socket[Symbol.asyncDispose]()
  }
}
