import { encodeMulaw, decodeMulaw } from '@parley/wire/audio/g711'
import { Pcm16Reader } from '@parley/wire/audio/pcm16'
import { Resampler } from '@parley/wire/audio/resample'
import { EventOutlet } from '../../event-outlet.ts'
import { VoiceFault, type Voice, type VoiceEvent } from '../../port.ts'
import { wordForWord } from '../../realtime-protocol/client-events.ts'
import { SpokenReply } from '../../realtime-protocol/spoken-reply.ts'
import { isVerbatim } from '../../realtime-protocol/verbatim.ts'
import type { SocketSession } from '../../socket-session.ts'
import { Callee } from './callee.ts'
import { audioInput, HEARS_HZ, platformNote, SPEAKS_HZ, textTurn, toolResponse } from './client-messages.ts'
import { ModelTurns } from './model-turns.ts'
import { PROVIDER } from './models.ts'
import type { ServerEvent } from './server-messages.ts'

const LINE_HZ = 8000
/** A far end that sends so many frames we cannot read speaks something else. */
const MOST_GARBAGE = 20

/** Gemini Live on a configured session. It finds turns and answers them by itself. */
export class GeminiVoice implements Voice {
  readonly capabilities = { takesTurns: true, needsWords: false }
  readonly #socket: SocketSession
  readonly #outlet = new EventOutlet()
  readonly #callee = new Callee(event => this.#outlet.emit(event))
  readonly #turns = new ModelTurns({
    send: message => this.#send(message),
    started: ({ replyId }) => this.#outlet.emit({ type: 'reply_started', replyId }),
    done: (reply, result) => this.#done(reply, result),
    answering: () => this.#callee.answered(),
    stalled: again => this.#fault('timeout', 'the model stopped answering', again),
  })
  readonly #upward = new Resampler(LINE_HZ, HEARS_HZ)
  #downward = new Resampler(SPEAKS_HZ, LINE_HZ)
  #pcm = new Pcm16Reader()
  #samples = new Int16Array(160)
  /** Names of the calls that wait for an answer, which has to repeat them. */
  readonly #calls = new Map<string, string>()
  readonly #answers: { id: string; name: string; result: unknown }[] = []
  #garbage = 0
  #disposal: Promise<void> | null = null

  constructor(socket: SocketSession) {
    this.#socket = socket
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#outlet.listen(listener)
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#callee.place.hear(frame, atMs)
    if (frame.length !== this.#samples.length) this.#samples = new Int16Array(frame.length)
    const wide = this.#upward.push(decodeMulaw(frame, this.#samples))
    this.#socket.send(audioInput(new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength)))
  }

  say(replyId: string, text: string): void {
    this.#ask(new SpokenReply(replyId, text), () => textTurn(wordForWord(text), true))
  }

  respond(replyId: string, guidance?: string): void {
    this.#ask(new SpokenReply(replyId, null), () => {
      const answers = this.#answers.splice(0)
      if (answers.length > 0) return toolResponse(answers, guidance)
      return textTurn(platformNote(guidance ?? 'go on with the conversation'), true)
    })
  }

  interrupt(replyId: string, playedMs: number): void {
    const cut = this.#turns.interrupt(replyId)
    const note = cut?.heardNote(playedMs) ?? null
    if (note !== null) this.#turns.note(platformNote(note))
  }

  instruct(text: string): void {
    this.#turns.note(platformNote(text))
  }

  tell(text: string): void {
    this.#turns.note(text)
  }

  answerTool(toolCallId: string, result: unknown): void {
    const name = this.#calls.get(toolCallId)
    if (name === undefined) return
    this.#calls.delete(toolCallId)
    this.#answers.push({ id: toolCallId, name, result })
  }

  received(event: ServerEvent): void {
    switch (event.type) {
      case 'heard':
        return this.#callee.spoke(event.text)
      case 'audio':
      case 'words':
        return this.#content(event)
      case 'function_call':
        return this.#call(event)
      case 'calls_cancelled':
        return this.#forget(event.ids)
      case 'interrupted':
      case 'generation_complete':
      case 'turn_complete':
        return this.#turned(event.type)
      case 'going_away':
        return this.#fault('timeout', 'the service is about to end the session', false)
      case 'garbage':
        return this.#unreadable()
      case 'setup_complete':
        return
    }
  }

  lost(fault: VoiceFault): void {
    this.#outlet.emit({ type: 'fault', fault, fatal: true })
    this.#turns.fail()
    this.#callee.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  #forget(callIds: readonly string[]): void {
    for (const id of callIds) this.#calls.delete(id)
  }

  #turned(how: 'interrupted' | 'generation_complete' | 'turn_complete'): void {
    if (how === 'generation_complete') return this.#turns.generated()
    if (how === 'interrupted') {
      if (this.#turns.interrupted()) this.#callee.spoke('')
      return
    }
    this.#callee.settled()
    this.#turns.completed()
  }

  #ask(reply: SpokenReply, message: () => object): void {
    if (this.#disposal || this.#socket.over) return
    this.#turns.ask({ reply, message })
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message))
  }

  #content(event: Extract<ServerEvent, { type: 'audio' | 'words' }>): void {
    const reply = this.#turns.content()
    if (!reply) return
    const { replyId } = reply
    if (!reply.begun) {
      reply.begun = true
      this.#downward = new Resampler(SPEAKS_HZ, LINE_HZ)
      this.#pcm = new Pcm16Reader()
      this.#outlet.emit({ type: 'first_token', replyId })
    }
    if (event.type === 'words') {
      reply.words += event.text
      this.#tellWords(reply, reply.whole.push(event.text, reply.audioMs))
    } else {
      const audio = encodeMulaw(this.#downward.push(this.#pcm.push(event.pcm)))
      if (audio.length === 0) return
      reply.addAudio({ itemId: replyId, contentIndex: 0, audio })
      this.#outlet.emit({ type: 'reply_audio', replyId, audio })
    }
  }

  /** The reply ends with its calls: the model waits for their answers, which begin the next one. */
  #call({ id, name, arguments: json }: Extract<ServerEvent, { type: 'function_call' }>): void {
    const reply = this.#turns.content()
    if (!reply) return
    this.#calls.set(id, name)
    this.#outlet.emit({ type: 'tool_call', replyId: reply.replyId, toolCallId: id, name, arguments: json })
    this.#turns.called()
  }

  #tellWords(reply: SpokenReply, piece: { text: string; atMs: number }): void {
    const { text, atMs: offsetMs } = piece
    if (text === '') return
    reply.tell(piece)
    this.#outlet.emit({ type: 'reply_text', replyId: reply.replyId, text, offsetMs })
  }

  #done(reply: SpokenReply, result: 'complete' | 'cancelled' | 'failed'): void {
    if (result === 'complete') {
      this.#tellWords(reply, reply.whole.finish())
      if (reply.verbatim !== null && !isVerbatim(reply.verbatim, reply.words)) {
        this.#fault('protocol', 'the model strayed from the words it was given', false)
      }
    }
    this.#outlet.emit({ type: 'reply_done', replyId: reply.replyId, result })
  }

  #unreadable(): void {
    this.#garbage++
    if (this.#garbage > MOST_GARBAGE) return
    this.#fault('protocol', 'a frame could not be read', this.#garbage === MOST_GARBAGE)
  }

  #fault(kind: VoiceFault['kind'], message: string, fatal: boolean): void {
    this.#outlet.emit({ type: 'fault', fault: new VoiceFault(PROVIDER, kind, { message }), fatal })
  }

  async #dispose(): Promise<void> {
    this.#outlet.close()
    this.#turns.close()
    this.#callee.close()
    await this.#socket[Symbol.asyncDispose]()
  }
}
