import { guidance } from '../../../domain/guidance.ts'
import type { Voice, VoiceCapabilities, VoiceEvent, Voices, VoiceSession } from '../../port.ts'

/** Opens the voice that the local engines make together; the same one serves legacy mode. */
export type OpenCascade = (session: VoiceSession, signal: AbortSignal) => Promise<Voice>

/** The local engines behind the realtime port. */
export class LocalRealtime implements Voices {
  readonly #open: OpenCascade

  constructor(open: OpenCascade) {
    this.#open = open
  }

  async open(session: VoiceSession, signal: AbortSignal): Promise<Voice> {
    return new AskingVoice(await this.#open(session, signal))
  }
}

/** After so many utterances in a row that made no sense it says goodbye instead of asking once more. */
const maxMisses = 3

class AskingVoice implements Voice {
  readonly capabilities: VoiceCapabilities
  readonly #inner: Voice
  #misses = 0

  constructor(inner: Voice) {
    this.capabilities = inner.capabilities
    this.#inner = inner
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#inner.listen(listener)
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#inner.hear(frame, atMs)
  }

  say(replyId: string, text: string): void {
    this.#inner.say(replyId, text)
  }

  respond(replyId: string, wanted?: string): void {
    const missed = wanted === guidance.notUnderstood
    this.#misses = missed ? this.#misses + 1 : 0
    this.#inner.respond(replyId, this.#misses < maxMisses ? wanted : guidance.nobodyThere)
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
}
