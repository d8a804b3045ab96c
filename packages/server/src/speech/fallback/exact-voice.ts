import type { SynthesizerStream } from '../cascade/port.ts'
import { EventOutlet } from '../event-outlet.ts'
import type { Voice, VoiceCapabilities, VoiceEvent } from '../port.ts'
import { isVerbatim } from '../realtime-protocol/verbatim.ts'
import { faultOf } from '../voice-fault.ts'

/** Opens a synthesizer that speaks what the model would not. Rejects with VoiceFault. */
export type OpenMouth = (signal: AbortSignal) => Promise<SynthesizerStream>

const BYTES_PER_MS = 8

/**
 * Holds a model to its first words, which are made while the phone rings: they are kept until all of them are
 * there, and where the model strayed from them a synthesizer speaks them instead. Once somebody has answered
 * nothing is kept any more.
 */
export function exact(voice: Voice, openMouth: OpenMouth): Voice {
  return new ExactVoice(voice, openMouth)
}

interface Kept {
  readonly replyId: string
  readonly wanted: string
  readonly events: VoiceEvent[]
  words: string
}

class ExactVoice implements Voice {
  readonly #inner: Voice
  readonly #openMouth: OpenMouth
  readonly #outlet = new EventOutlet()
  readonly #ending = new AbortController()
  /** Replies that a synthesizer speaks: what the model still tells of them is dropped. */
  readonly #mended = new Map<string, AbortController>()
  #kept: Kept | null = null
  readonly switchLanguage?: NonNullable<Voice['switchLanguage']>
  #answered = false

  constructor(inner: Voice, openMouth: OpenMouth) {
    this.#inner = inner
    this.#openMouth = openMouth
    const change = inner.switchLanguage?.bind(inner)
    if (change) this.switchLanguage = change
    inner.listen(event => this.#told(event))
  }

  get capabilities(): VoiceCapabilities {
    return this.#inner.capabilities
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#answered = true
    if (this.#kept) this.#settle(this.#kept, hasStrayed(this.#kept))
    this.#outlet.listen(listener)
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#inner.hear(frame, atMs)
  }

  say(replyId: string, text: string): void {
    if (!this.#answered) this.#kept ??= { replyId, wanted: text, events: [], words: '' }
    this.#inner.say(replyId, text)
  }

  respond(replyId: string, guidance?: string): void {
    this.#inner.respond(replyId, guidance)
  }

  interrupt(replyId: string, playedMs: number): void {
    const speaking = this.#mended.get(replyId)
    if (!speaking) return this.#inner.interrupt(replyId, playedMs)
    speaking.abort(new DOMException('interrupted', 'AbortError'))
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
    this.#outlet.close()
    this.#ending.abort(new DOMException('the voice is closed', 'AbortError'))
    await this.#inner[Symbol.asyncDispose]()
  }

  #told(event: VoiceEvent): void {
    const replyId = 'replyId' in event ? event.replyId : null
    if (replyId !== null && this.#mended.has(replyId)) return
    const kept = this.#kept
    if (kept?.replyId !== replyId) return this.#outlet.emit(event)
    kept.events.push(event)
    if (event.type === 'reply_text') kept.words += event.text
    if (event.type !== 'reply_done') return
    this.#settle(kept, event.result === 'complete' && !isVerbatim(kept.wanted, kept.words))
  }

  #settle(kept: Kept, strayed: boolean): void {
    this.#kept = null
    if (strayed) void this.#mend(kept)
    else for (const event of kept.events) this.#outlet.emit(event)
  }

  /** Never rejects. A synthesizer that fails before its first sound leaves the model's own words. */
  async #mend({ replyId, wanted, events }: Kept): Promise<void> {
    const stop = new AbortController()
    this.#mended.set(replyId, stop)
    this.#inner.interrupt(replyId, 0)
    const signal = AbortSignal.any([stop.signal, this.#ending.signal])
    let bytes = 0
    try {
      await using mouth = await this.#openMouth(signal)
      for await (const { audio, text, atMs } of mouth.speak(given(wanted), signal)) {
        if (bytes === 0) this.#outlet.emit({ type: 'reply_started', replyId })
        const offsetMs = atMs ?? bytes / BYTES_PER_MS
        if (text !== '') this.#outlet.emit({ type: 'reply_text', replyId, text, offsetMs })
        bytes += audio.length
        if (audio.length > 0) this.#outlet.emit({ type: 'reply_audio', replyId, audio })
      }
      this.#outlet.emit({ type: 'reply_done', replyId, result: 'complete' })
      this.#inner.instruct(`You have said this to the callee: ${JSON.stringify(wanted)}`)
    } catch (error) {
      this.#spoiled(replyId, { error, cancelled: stop.signal.aborted, begun: bytes > 0, events })
    }
  }

  #spoiled(
    replyId: string,
    o: { error: unknown; cancelled: boolean; begun: boolean; events: readonly VoiceEvent[] },
  ): void {
    if (this.#outlet.closed) return
    if (o.cancelled) return this.#outlet.emit({ type: 'reply_done', replyId, result: 'cancelled' })
    this.#outlet.emit({ type: 'fault', fault: faultOf('synthesizer', o.error), fatal: false })
    if (!o.begun) for (const event of o.events) this.#outlet.emit(event)
    if (o.begun || o.events.at(-1)?.type !== 'reply_done')
      this.#outlet.emit({ type: 'reply_done', replyId, result: 'failed' })
  }
}

/** By what is there so far, the last word of which may be half a word. */
function hasStrayed({ wanted, words }: Kept): boolean {
  const said = words.trim().split(/\s+/u).slice(0, -1)
  if (said.length < 3) return false
  return !isVerbatim(wanted.trim().split(/\s+/u).slice(0, said.length).join(' '), said.join(' '))
}

async function* given(text: string): AsyncGenerator<string> {
  yield text
}
