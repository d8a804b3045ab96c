import { type Voice, type VoiceCapabilities, type VoiceEvent, VoiceFault } from '../port.ts'
import { isSounding } from '../sounding.ts'

/** A pause before the first word is no fault; so much nothing is. */
const LONGEST_PAUSE_MS = 2_000
const BYTES_PER_MS = 8

/** Takes a reply in which nothing is to be heard for a fault of the provider; its audio goes no further. */
export function audible(provider: string, voice: Voice): Voice {
  return new AudibleVoice(provider, voice)
}

class AudibleVoice implements Voice {
  readonly #provider: string
  readonly #inner: Voice
  /** Of the reply that has been silent so far. */
  #waiting: VoiceEvent[] = []
  #silentMs = 0
  #replyId: string | null = null
  readonly switchLanguage?: NonNullable<Voice['switchLanguage']>
  #heard = false

  constructor(provider: string, inner: Voice) {
    this.#provider = provider
    this.#inner = inner
    const change = inner.switchLanguage?.bind(inner)
    if (change) this.switchLanguage = change
  }

  get capabilities(): VoiceCapabilities {
    return this.#inner.capabilities
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#inner.listen(event => this.#told(event, listener))
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#inner.hear(frame, atMs)
  }

  say(replyId: string, text: string): void {
    this.#inner.say(replyId, text)
  }

  respond(replyId: string, guidance?: string): void {
    this.#inner.respond(replyId, guidance)
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

  #told(event: VoiceEvent, listener: (event: VoiceEvent) => void): void {
    switch (event.type) {
      case 'reply_started':
        this.#begin(event.replyId)
        return listener(event)
      case 'reply_text':
        return event.replyId === this.#replyId && !this.#heard
          ? void this.#waiting.push(event)
          : listener(event)
      case 'reply_audio':
        return this.#audio(event, listener)
      case 'reply_done':
        return this.#done(event, listener)
      default:
        return listener(event)
    }
  }

  #begin(replyId: string): void {
    this.#replyId = replyId
    this.#heard = false
    this.#silentMs = 0
    this.#waiting = []
  }

  #audio(event: Extract<VoiceEvent, { type: 'reply_audio' }>, listener: (event: VoiceEvent) => void): void {
    if (event.replyId !== this.#replyId || this.#heard) return listener(event)
    this.#waiting.push(event)
    this.#silentMs += event.audio.length / BYTES_PER_MS
    if (isSounding(event.audio)) this.#release(listener)
    else if (this.#silentMs > LONGEST_PAUSE_MS) this.#fail(listener)
  }

  #done(event: Extract<VoiceEvent, { type: 'reply_done' }>, listener: (event: VoiceEvent) => void): void {
    const silent = event.replyId === this.#replyId && !this.#heard
    if (silent && this.#silentMs > 0 && event.result === 'complete') return this.#fail(listener)
    if (silent) this.#release(listener)
    listener(event)
  }

  #release(listener: (event: VoiceEvent) => void): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#heard = true
    for (const event of waiting) listener(event)
  }

  /** Whoever listens gives this session up. */
  #fail(listener: (event: VoiceEvent) => void): void {
    this.#waiting = []
    this.#heard = true
    const message = 'the model made a reply in which nothing is to be heard'
    listener({ type: 'fault', fault: new VoiceFault(this.#provider, 'protocol', { message }), fatal: true })
  }
}
