import { AudioMemory } from '../cascade/audio-memory.ts'
import { EventOutlet } from '../event-outlet.ts'
import type { Voice, VoiceCapabilities, VoiceEvent, VoiceFault } from '../port.ts'
import { faultOf } from '../voice-fault.ts'
import type { Breakers } from './breakers.ts'
import { CallSoFar } from './call-so-far.ts'
import { openFirst, openNext, type Opened, type VoiceSource } from './open-next.ts'

/** Covers the time in which a half-open connection goes unnoticed, and what the replacing takes. */
const MEMORY_MS = 8_000
const BYTES_PER_MS = 8

/** Asked for by the conversation, and not heard of yet: another voice can make it as well. */
interface Asked {
  readonly replyId: string
  readonly ask: (voice: Voice) => void
}

/** The first of these that opens, kept alive by the others. Rejects with the first one's VoiceFault. */
export async function openLasting(
  sources: readonly VoiceSource[],
  breakers: Breakers,
  signal: AbortSignal,
): Promise<Voice> {
  const opened = await openFirst({ sources, breakers }, signal)
  return new LastingVoice(sources, breakers, opened)
}

/**
 * A voice that outlives its session. When that is lost it is opened again, told what was said, and played what
 * the callee said since; where that does not help, the next source goes on with the same call.
 */
class LastingVoice implements Voice {
  readonly #sources: readonly VoiceSource[]
  readonly #breakers: Breakers
  readonly #outlet = new EventOutlet()
  readonly #memory = new AudioMemory(MEMORY_MS)
  readonly #soFar = new CallSoFar()
  readonly #ending = new AbortController()
  /** Replies that have begun to sound, or that the voice began by itself. */
  readonly #begun = new Set<string>()
  readonly switchLanguage?: NonNullable<Voice['switchLanguage']>
  #asked: Asked[] = []
  #current: Opened | null = null
  #capabilities: VoiceCapabilities
  #speaking = false
  #heardUntilMs = 0
  /** Audio up to here has final words. */
  #settledMs = 0

  constructor(sources: readonly VoiceSource[], breakers: Breakers, opened: Opened) {
    this.#sources = sources
    this.#breakers = breakers
    this.#capabilities = opened.voice.capabilities
    if (opened.voice.switchLanguage)
      this.switchLanguage = async (language, signal) =>
        await this.#current?.voice.switchLanguage?.(language, signal)
    this.#use(opened)
  }

  get capabilities(): VoiceCapabilities {
    return this.#capabilities
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#outlet.listen(listener)
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#memory.write(frame, atMs)
    this.#heardUntilMs = atMs + frame.length / BYTES_PER_MS
    this.#current?.voice.hear(frame, atMs)
  }

  say(replyId: string, text: string): void {
    this.#ask({ replyId, ask: voice => voice.say(replyId, text) })
  }

  respond(replyId: string, guidance?: string): void {
    const ask = (voice: Voice) =>
      guidance === undefined ? voice.respond(replyId) : voice.respond(replyId, guidance)
    this.#ask({ replyId, ask })
  }

  interrupt(replyId: string, playedMs: number): void {
    this.#soFar.cut(replyId, playedMs)
    const waiting = this.#current === null && this.#asked.some(asked => asked.replyId === replyId)
    if (waiting) this.#outlet.emit(this.#ended(replyId, 'cancelled'))
    else this.#current?.voice.interrupt(replyId, playedMs)
  }

  instruct(text: string): void {
    this.#soFar.add({ role: 'system', text })
    this.#current?.voice.instruct(text)
  }

  tell(text: string): void {
    this.#soFar.add({ role: 'user', text })
    this.#current?.voice.tell(text)
  }

  answerTool(toolCallId: string, result: unknown): void {
    this.#soFar.answered(toolCallId, result)
    this.#current?.voice.answerTool(toolCallId, result)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#outlet.close()
    this.#ending.abort(new DOMException('the voice is closed', 'AbortError'))
    const current = this.#current
    this.#current = null
    await current?.voice[Symbol.asyncDispose]()
  }

  #ask(asked: Asked): void {
    this.#asked.push(asked)
    if (this.#current) asked.ask(this.#current.voice)
  }

  #use(opened: Opened): void {
    this.#current = opened
    this.#capabilities = opened.voice.capabilities
    opened.voice.listen(event => {
      if (this.#current === opened) this.#told(opened, event)
    })
  }

  #told(from: Opened, event: VoiceEvent): void {
    if (event.type === 'fault' && event.fatal) return this.#lose(from, event.fault)
    this.#note(event)
    if (event.type === 'reply_done') {
      if (event.result === 'complete') this.#breakers.worked(from.source.name)
      this.#outlet.emit(this.#ended(event.replyId, event.result))
    } else this.#outlet.emit(event)
  }

  #note(event: VoiceEvent): void {
    this.#soFar.note(event)
    switch (event.type) {
      case 'speech_started':
      case 'speech_stopped':
        this.#speaking = event.type === 'speech_started'
        return
      case 'heard':
        if (event.final) this.#settledMs = Math.max(this.#settledMs, event.endMs)
        return
      case 'reply_started':
        if (!this.#asked.some(({ replyId }) => replyId === event.replyId)) this.#begun.add(event.replyId)
        return
      case 'reply_audio':
      case 'tool_call':
        this.#begun.add(event.replyId)
        return
      default:
        return
    }
  }

  #ended(replyId: string, result: 'complete' | 'cancelled' | 'failed'): VoiceEvent {
    this.#begun.delete(replyId)
    this.#asked = this.#asked.filter(asked => asked.replyId !== replyId)
    return { type: 'reply_done', replyId, result }
  }

  #lose(from: Opened, fault: VoiceFault): void {
    this.#current = null
    this.#breakers.failed(from.source.name, fault)
    void Promise.allSettled([from.voice[Symbol.asyncDispose]()])
    this.#outlet.emit({ type: 'fault', fault, fatal: false })
    // Their sound was made by a voice that is gone, so nobody can go on with them.
    const broken = [...this.#begun].map(replyId => this.#ended(replyId, 'failed'))
    // What the callee is saying is heard once more, from its beginning.
    if (this.#speaking) this.#outlet.emit({ type: 'speech_stopped', atMs: this.#heardUntilMs })
    this.#speaking = false
    for (const event of broken) this.#outlet.emit(event)
    void this.#replace({ from: from.source, fault })
  }

  /** Never rejects. */
  async #replace(lost: { from: VoiceSource; fault: VoiceFault }): Promise<void> {
    const { signal } = this.#ending
    const past = this.#soFar.messages()
    const searched = { sources: this.#sources, breakers: this.#breakers, past, lost }
    try {
      const opened = await openNext(searched, signal)
      if (signal.aborted) await opened.voice[Symbol.asyncDispose]()
      else this.#goOn(opened)
    } catch (error) {
      if (!signal.aborted)
        this.#outlet.emit({ type: 'fault', fault: faultOf(lost.from.name, error), fatal: true })
    }
  }

  #goOn(opened: Opened): void {
    const { voice, source } = opened
    this.#use(opened)
    this.#outlet.emit({ type: 'replaced', provider: source.name, capabilities: voice.capabilities })
    this.#memory.replay(this.#settledMs, (frame, atMs) => voice.hear(frame, atMs))
    for (const { ask } of this.#asked) ask(voice)
  }
}
