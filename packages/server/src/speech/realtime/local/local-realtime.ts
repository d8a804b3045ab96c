import { guidance } from '../../../domain/guidance.ts'
import type { Voice, VoiceEvent, Voices, VoiceSession } from '../../port.ts'

/** Opens the voice that the local engines make together; the same one serves legacy mode. */
export type OpenCascade = (session: VoiceSession, signal: AbortSignal) => Promise<Voice>

/** The local engines behind the realtime port: a voice that finds the end of a turn and answers by itself. */
export class LocalRealtime implements Voices {
  readonly #open: OpenCascade

  constructor(open: OpenCascade) {
    this.#open = open
  }

  async open(session: VoiceSession, signal: AbortSignal): Promise<Voice> {
    return new SelfTakingVoice(await this.#open(session, signal))
  }
}

/** After so many utterances in a row that made no sense it says goodbye instead of asking once more. */
const maxMisses = 3

class SelfTakingVoice implements Voice {
  readonly capabilities = { takesTurns: true }
  readonly #inner: Voice
  #replies = 0
  #misses = 0

  constructor(inner: Voice) {
    this.#inner = inner
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#inner.listen(event => {
      listener(event)
      if (event.type === 'heard' && event.final) this.#answer(event.text)
    })
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#inner.hear(frame, atMs)
  }

  say(replyId: string, text: string): void {
    this.#inner.say(replyId, text)
  }

  respond(replyId: string, wanted?: string): void {
    this.#inner.respond(replyId, wanted)
  }

  interrupt(replyId: string, playedMs: number): void {
    this.#inner.interrupt(replyId, playedMs)
  }

  instruct(text: string): void {
    this.#inner.instruct(text)
  }

  tell(text: string): void {
    this.#inner.tell(text)
  }

  answerTool(toolCallId: string, result: unknown): void {
    this.#inner.answerTool(toolCallId, result)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]()
  }

  #answer(text: string): void {
    this.#replies += 1
    const replyId = `local-${this.#replies}`
    this.#misses = text === '' ? this.#misses + 1 : 0
    if (text !== '') this.#inner.respond(replyId)
    else
      this.#inner.respond(replyId, this.#misses < maxMisses ? guidance.notUnderstood : guidance.nobodyThere)
  }
}
