import type { VoiceEvent } from '../port.ts'
import { faultOf } from '../voice-fault.ts'
import type { History } from './history.ts'
import type { BrainEvent, RecognizerStream, Spoken, SynthesizerStream } from './port.ts'
import { runReply } from './reply.ts'

/** Replies that may wait behind the one under way. */
const MOST_QUEUED = 4
/** Bytes of µ-law in a millisecond. */
const BYTES_PER_MS = 8

export interface QueuedReply {
  readonly replyId: string
  words(signal: AbortSignal): AsyncIterable<BrainEvent>
  /** Words that were given need no thinking, so their first token means nothing. */
  readonly thinks: boolean
}

interface ActiveReply extends QueuedReply {
  readonly stop: AbortController
  bytes: number
  over: boolean
}

interface Stage {
  readonly recognizer: RecognizerStream
  readonly synthesizer: SynthesizerStream
  readonly history: History
  readonly emit: (event: VoiceEvent) => void
}

/** Speaks replies one after the other, and tells of each exactly one end. */
export class ReplyQueue {
  readonly #stage: Stage
  #synthesizer: SynthesizerStream
  readonly #waiting: QueuedReply[] = []
  #active: ActiveReply | null = null
  #handedOver: (() => void)[] = []
  #closed = false

  constructor(stage: Stage) {
    this.#stage = stage
    this.#synthesizer = stage.synthesizer
  }

  add(reply: QueuedReply): void {
    if (this.#closed) return
    if (this.#waiting.length >= MOST_QUEUED) throw new Error('too many replies wait for one voice')
    this.#waiting.push(reply)
    if (!this.#active) void this.#work()
  }

  cancel(replyId: string): void {
    const index = this.#waiting.findIndex(reply => reply.replyId === replyId)
    if (index >= 0) {
      this.#waiting.splice(index, 1)
      this.#stage.emit({ type: 'reply_done', replyId, result: 'cancelled' })
    }
    const active = this.#active
    if (active?.replyId !== replyId || active.over) return
    active.stop.abort(new DOMException('interrupted', 'AbortError'))
    this.#end(active, 'cancelled')
  }

  /** Speaks the replies that begin from now on. Resolves when the synthesizer before it speaks no more. */
  speakWith(synthesizer: SynthesizerStream): Promise<void> {
    this.#synthesizer = synthesizer
    return new Promise(resolve => {
      if (this.#active) this.#handedOver.push(resolve)
      else resolve()
    })
  }

  /** Silently: nothing is told of what was under way. */
  close(): void {
    this.#closed = true
    this.#waiting.length = 0
    const active = this.#active
    if (!active) return
    active.over = true
    active.stop.abort(new DOMException('the voice is closed', 'AbortError'))
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const reply: ActiveReply = { ...next, stop: new AbortController(), bytes: 0, over: false }
      this.#active = reply
      this.#stage.emit({ type: 'reply_started', replyId: reply.replyId })
      await this.#perform(reply)
      for (const resolve of this.#handedOver.splice(0)) resolve()
    }
    this.#active = null
  }

  async #perform(reply: ActiveReply): Promise<void> {
    const { replyId, stop, thinks } = reply
    const { recognizer } = this.#stage
    try {
      const sound = {
        words: reply.words(stop.signal),
        synthesizer: this.#synthesizer,
        onFirstToken: () => thinks && this.#tell(reply, { type: 'first_token', replyId }),
        onToolCall: (call: ToolCall) => this.#call(reply, call),
        onExpect: (phrases: readonly string[]) => recognizer.expect(phrases),
        onSpoken: (piece: Spoken) => this.#spoken(reply, piece),
        onTrouble: (fault: Error) => this.#trouble(reply, fault),
      }
      await runReply(sound, stop.signal)
      this.#end(reply, 'complete')
    } catch (error) {
      this.#trouble(reply, error)
      this.#end(reply, 'failed')
    }
  }

  #call(reply: ActiveReply, { toolCallId, name, arguments: json }: ToolCall): void {
    if (reply.over) return
    this.#stage.history.add({ role: 'tool_call', toolCallId, name, arguments: json })
    this.#tell(reply, { type: 'tool_call', replyId: reply.replyId, toolCallId, name, arguments: json })
  }

  #trouble(reply: ActiveReply, error: unknown): void {
    this.#tell(reply, { type: 'fault', fault: faultOf('cascade', error), fatal: false })
  }

  #spoken(reply: ActiveReply, { audio, text, atMs, trouble }: Spoken): void {
    if (reply.over) return
    if (trouble) this.#trouble(reply, trouble)
    const { replyId } = reply
    const { history } = this.#stage
    const offsetMs = atMs ?? reply.bytes / BYTES_PER_MS
    if (text !== '') {
      history.addPiece(replyId, { offsetMs, text })
      this.#tell(reply, { type: 'reply_text', replyId, text, offsetMs })
    }
    reply.bytes += audio.length
    history.reach(replyId, reply.bytes / BYTES_PER_MS)
    if (audio.length > 0) this.#tell(reply, { type: 'reply_audio', replyId, audio })
  }

  #tell(reply: ActiveReply, event: VoiceEvent): void {
    if (!reply.over) this.#stage.emit(event)
  }

  #end(reply: ActiveReply, result: 'complete' | 'cancelled' | 'failed'): void {
    if (reply.over) return
    reply.over = true
    this.#stage.emit({ type: 'reply_done', replyId: reply.replyId, result })
  }
}

type ToolCall = Extract<BrainEvent, { type: 'tool_call' }>

/** Words that are given, in the shape of words that are thought up. */
export async function* given(text: string): AsyncGenerator<BrainEvent> {
  yield { type: 'text', text }
  yield { type: 'done' }
}
