import { EventOutlet } from '../event-outlet.ts'
import type { Voice, VoiceEvent, VoiceSession } from '../port.ts'
import { faultOf } from '../voice-fault.ts'
import { hearing, nothingHeard, type HearingEvent } from './heard-turns.ts'
import { History } from './history.ts'
import type {
  Brain,
  BrainEvent,
  DetectorFactory,
  Recognizer,
  RecognizerEvent,
  RecognizerStream,
  SpeechDetectorStream,
  Synthesizer,
  SynthesizerStream,
} from './port.ts'
import { runReply } from './reply.ts'

export interface CascadeParts {
  readonly recognizer: Recognizer
  readonly brain: Brain
  readonly synthesizer: Synthesizer
  readonly detectors: DetectorFactory
}

/** After a pause the recognizer has so long to give its final text; then its last guess counts. */
const RECOGNIZER_PATIENCE_MS = 1_500
/** Replies that may wait behind the one under way. */
const MOST_QUEUED = 4
/** Bytes of µ-law in a millisecond. */
const BYTES_PER_MS = 8

/** Opens recognizer and synthesizer side by side; when one fails, the other is closed again. */
export async function openCascadeVoice(
  parts: CascadeParts,
  session: VoiceSession,
  signal: AbortSignal,
): Promise<Voice> {
  const early: RecognizerEvent[] = []
  let hear = (event: RecognizerEvent): void => void early.push(event)
  const recognizing = parts.recognizer.open(
    { language: session.language, onEvent: event => hear(event) },
    signal,
  )
  const synthesizing = parts.synthesizer.open({ voice: session.voice, language: session.language }, signal)
  const [recognizer, synthesizer] = await Promise.allSettled([recognizing, synthesizing])
  if (recognizer.status === 'fulfilled' && synthesizer.status === 'fulfilled') {
    const streams = { recognizer: recognizer.value, synthesizer: synthesizer.value }
    const voice = new CascadeVoice(parts, session, streams)
    hear = event => voice.recognized(event)
    early.forEach(hear)
    return voice
  }
  if (recognizer.status === 'fulfilled') await recognizer.value[Symbol.asyncDispose]()
  if (synthesizer.status === 'fulfilled') await synthesizer.value[Symbol.asyncDispose]()
  throw recognizer.status === 'rejected' ? recognizer.reason : (synthesizer as PromiseRejectedResult).reason
}

interface QueuedReply {
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

/** Recognizer, brain and synthesizer as one voice. It waits for respond(): when a turn is over is not its decision. */
class CascadeVoice implements Voice {
  readonly capabilities = { takesTurns: false }
  readonly #outlet = new EventOutlet()
  readonly #history = new History()
  readonly #brain: Brain
  readonly #session: VoiceSession
  readonly #recognizer: RecognizerStream
  readonly #synthesizer: SynthesizerStream
  readonly #detector: SpeechDetectorStream
  #hearing = nothingHeard
  #heardUntilMs = 0
  #overdue: NodeJS.Timeout | undefined
  readonly #queue: QueuedReply[] = []
  #active: ActiveReply | null = null
  #disposal: Promise<void> | null = null

  constructor(
    parts: CascadeParts,
    session: VoiceSession,
    streams: { recognizer: RecognizerStream; synthesizer: SynthesizerStream },
  ) {
    this.#brain = parts.brain
    this.#session = session
    this.#recognizer = streams.recognizer
    this.#synthesizer = streams.synthesizer
    this.#detector = parts.detectors.open({ onSpeech: event => this.#speech(event) })
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#outlet.listen(listener)
  }

  hear(frame: Uint8Array, atMs: number): void {
    if (this.#disposal) return
    this.#heardUntilMs = atMs + frame.length / BYTES_PER_MS
    this.#recognizer.hear(frame, atMs)
    this.#detector.write(frame, atMs)
  }

  say(replyId: string, text: string): void {
    this.#enqueue({ replyId, thinks: false, words: () => given(text) })
  }

  respond(replyId: string, guidance?: string): void {
    const { model, prompt, purpose, language, temperature, tools, facts } = this.#session
    const words = (signal: AbortSignal) =>
      this.#brain.reply(
        {
          model,
          prompt,
          purpose,
          language,
          temperature,
          tools,
          facts,
          messages: this.#history.messages(),
          guidance: guidance ?? null,
        },
        signal,
      )
    this.#enqueue({ replyId, thinks: true, words })
  }

  interrupt(replyId: string, playedMs: number): void {
    this.#history.cut(replyId, playedMs)
    const queued = this.#queue.findIndex(reply => reply.replyId === replyId)
    if (queued >= 0) this.#queue.splice(queued, 1)
    if (queued >= 0) this.#outlet.emit({ type: 'reply_done', replyId, result: 'cancelled' })
    const active = this.#active
    if (active?.replyId !== replyId || active.over) return
    active.stop.abort(new DOMException('interrupted', 'AbortError'))
    this.#end(active, 'cancelled')
  }

  instruct(text: string): void {
    this.#history.add({ role: 'system', text })
  }

  tell(text: string): void {
    this.#history.add({ role: 'user', text })
  }

  answerTool(toolCallId: string, result: unknown): void {
    const name = this.#history.toolName(toolCallId)
    if (name === null) return
    this.#history.add({ role: 'tool_result', toolCallId, name, result: JSON.stringify(result ?? null) })
  }

  recognized(event: RecognizerEvent): void {
    if (event.type !== 'fault') return this.#hear(event)
    const fault = faultOf('recognizer', event.fault)
    this.#outlet.emit({ type: 'fault', fault, fatal: event.fatal })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  #speech(event: { type: 'started' | 'stopped'; atMs: number }): void {
    if (this.#disposal) return
    clearTimeout(this.#overdue)
    this.#recognizer.speech(event)
    this.#hear(event)
    this.#outlet.emit({ type: `speech_${event.type}`, atMs: event.atMs })
    if (event.type === 'started') return
    this.#overdue = setTimeout(
      () => this.#hear({ type: 'overdue', atMs: this.#heardUntilMs }),
      RECOGNIZER_PATIENCE_MS,
    )
  }

  #hear(event: HearingEvent): void {
    const [state, heard] = hearing(this.#hearing, event)
    this.#hearing = state
    if (!heard) return
    if (heard.final) clearTimeout(this.#overdue)
    if (heard.final && heard.text !== '') this.#history.add({ role: 'user', text: heard.text })
    this.#outlet.emit({ type: 'heard', ...heard })
  }

  #enqueue(reply: QueuedReply): void {
    if (this.#disposal) return
    if (this.#queue.length >= MOST_QUEUED) throw new Error('too many replies wait for one voice')
    this.#queue.push(reply)
    if (!this.#active) void this.#work()
  }

  /** Speaks what is queued, one after the other. Never rejects. */
  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const reply: ActiveReply = { ...next, stop: new AbortController(), bytes: 0, over: false }
      this.#active = reply
      this.#outlet.emit({ type: 'reply_started', replyId: reply.replyId })
      await this.#perform(reply)
    }
    this.#active = null
  }

  async #perform(reply: ActiveReply): Promise<void> {
    try {
      await runReply(this.#reply(reply), reply.stop.signal)
      this.#end(reply, 'complete')
    } catch (error) {
      if (reply.over) return
      this.#outlet.emit({ type: 'fault', fault: faultOf('cascade', error), fatal: false })
      this.#end(reply, 'failed')
    }
  }

  #end(reply: ActiveReply, result: 'complete' | 'cancelled' | 'failed'): void {
    if (reply.over) return
    reply.over = true
    this.#outlet.emit({ type: 'reply_done', replyId: reply.replyId, result })
  }

  #reply(reply: ActiveReply): Parameters<typeof runReply>[0] {
    const { replyId, stop } = reply
    const emit = (event: VoiceEvent) => {
      if (!reply.over) this.#outlet.emit(event)
    }
    return {
      words: reply.words(stop.signal),
      synthesizer: this.#synthesizer,
      onFirstToken: () => {
        if (reply.thinks) emit({ type: 'first_token', replyId })
      },
      onToolCall: ({ toolCallId, name, arguments: json }) => {
        if (reply.over) return
        this.#history.add({ role: 'tool_call', toolCallId, name, arguments: json })
        emit({ type: 'tool_call', replyId, toolCallId, name, arguments: json })
      },
      onExpect: phrases => this.#recognizer.expect(phrases),
      onSpoken: ({ audio, text }) => {
        if (reply.over) return
        const offsetMs = reply.bytes / BYTES_PER_MS
        if (text !== '') this.#history.addPiece(replyId, { offsetMs, text })
        if (text !== '') emit({ type: 'reply_text', replyId, text, offsetMs })
        reply.bytes += audio.length
        this.#history.reach(replyId, reply.bytes / BYTES_PER_MS)
        if (audio.length > 0) emit({ type: 'reply_audio', replyId, audio })
      },
    }
  }

  async #dispose(): Promise<void> {
    this.#outlet.close()
    clearTimeout(this.#overdue)
    this.#queue.length = 0
    this.#active?.stop.abort(new DOMException('the voice is closed', 'AbortError'))
    this.#detector.close()
    await Promise.allSettled([
      this.#recognizer[Symbol.asyncDispose](),
      this.#synthesizer[Symbol.asyncDispose](),
    ])
  }
}

async function* given(text: string): AsyncGenerator<BrainEvent> {
  yield { type: 'text', text }
  yield { type: 'done' }
}
