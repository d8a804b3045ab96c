import { EventOutlet } from '../event-outlet.ts'
import { type Voice, type VoiceEvent, VoiceFault, type VoiceSession } from '../port.ts'
import { faultOf } from '../voice-fault.ts'
import { ChangingEars } from './changing-ears.ts'
import { Foresight } from './foresight.ts'
import { hearing, nothingHeard, type HearingEvent } from './heard-turns.ts'
import { History } from './history.ts'
import { openStreams, RecognizerOutlet, type Tongue, type TongueStreams } from './open-streams.ts'
import type {
  Brain,
  BrainMessage,
  BrainRequest,
  DetectorFactory,
  Recognizer,
  RecognizerEvent,
  SpeechDetectorStream,
  Synthesizer,
  SynthesizerStream,
} from './port.ts'
import { given, ReplyQueue } from './reply-queue.ts'

export interface CascadeParts {
  readonly recognizer: Recognizer
  readonly brain: Brain
  readonly synthesizer: Synthesizer
  readonly detectors: DetectorFactory
  /** Throws VoiceFault where nobody speaks it. Absent: the call keeps the language it began in. */
  readonly inLanguage?: (language: string) => Tongue
}

/**
 * After a pause the recognizer has so long to give its final text; then its last guess counts. One that ends
 * turns by itself has the time on top that it may take for that.
 */
const RECOGNIZER_PATIENCE_MS = 1_500
/** Words that have not changed for so long are taken for all of them, until more come. */
const STABLE_MS = 160
/** Bytes of µ-law in a millisecond. */
const BYTES_PER_MS = 8

/** Rejects with VoiceFault. */
export async function openCascadeVoice(
  parts: CascadeParts,
  session: VoiceSession,
  signal: AbortSignal,
): Promise<Voice> {
  const { language, voice } = session
  const outlet = new RecognizerOutlet()
  const streams = await openStreams({ ...parts, voice }, { language, onEvent: outlet.take }, signal)
  return new CascadeVoice(parts, session, { ...streams, outlet })
}

interface Opened extends TongueStreams {
  readonly outlet: RecognizerOutlet
}

/** Recognizer, brain and synthesizer as one voice. It waits for respond(): when a turn is over is not its decision. */
class CascadeVoice implements Voice {
  readonly capabilities = { takesTurns: false, needsWords: true }
  readonly #outlet = new EventOutlet()
  readonly #history = new History()
  readonly #parts: CascadeParts
  readonly #brain: Brain
  #session: VoiceSession
  readonly #recognizer: ChangingEars
  #told: RecognizerOutlet
  #patienceMs: number
  #synthesizer: SynthesizerStream
  /** The synthesizer of the language before is closed, or about to be. */
  #retired: Promise<unknown> = Promise.resolve()
  readonly #replies: ReplyQueue
  readonly #detector: SpeechDetectorStream
  readonly #foresight = new Foresight()
  #hearing = nothingHeard
  #stable: NodeJS.Timeout | undefined
  #heardUntilMs = 0
  #overdue: NodeJS.Timeout | undefined
  #disposal: Promise<void> | null = null

  constructor(parts: CascadeParts, session: VoiceSession, { recognizer, synthesizer, outlet }: Opened) {
    this.#parts = parts
    this.#brain = parts.brain
    this.#session = session
    for (const message of session.past ?? []) this.#history.add(message)
    this.#recognizer = new ChangingEars(recognizer)
    this.#told = outlet
    this.#patienceMs = patienceMs(parts.recognizer)
    this.#synthesizer = synthesizer
    this.#replies = new ReplyQueue({
      recognizer: this.#recognizer,
      synthesizer,
      history: this.#history,
      emit: event => this.#outlet.emit(event),
    })
    const { speechThreshold: threshold } = session
    this.#detector = parts.detectors.open({
      ...(threshold === undefined ? {} : { threshold }),
      onSpeech: event => this.#speech(event),
    })
    outlet.open(event => this.#recognized(event))
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
    this.#replies.add({ replyId, thinks: false, words: () => given(text) })
  }

  respond(replyId: string, guidance?: string): void {
    const words = (signal: AbortSignal) => {
      const messages = this.#history.messages()
      const foreseen = this.#foresight.take(guidance === undefined ? keyOf(messages) : '', signal)
      return foreseen ?? this.#brain.reply(this.#request(messages, guidance ?? null), signal)
    }
    this.#replies.add({ replyId, thinks: true, words })
  }

  interrupt(replyId: string, playedMs: number): void {
    this.#history.cut(replyId, playedMs)
    this.#replies.cancel(replyId)
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

  async switchLanguage(language: string, signal: AbortSignal): Promise<void> {
    const tongue = this.#parts.inLanguage?.(language)
    if (!tongue) throw new VoiceFault('parley', 'refused', { message: 'the language can not be changed' })
    const outlet = new RecognizerOutlet()
    this.#recognizer.hold()
    try {
      const streams = await openStreams(tongue, { language, onEvent: outlet.take }, signal)
      await this.#change(language, tongue, { ...streams, outlet })
    } catch (error) {
      await this.#recognizer.settle()
      throw error
    }
  }

  #recognized(event: RecognizerEvent): void {
    if (event.type !== 'fault') return this.#hear(event)
    this.#outlet.emit({ type: 'fault', fault: faultOf('recognizer', event.fault), fatal: false })
    if (event.fatal) this.#outlet.emit({ type: 'deaf' })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  /** A reply under way keeps its voice to its end. */
  async #change(language: string, { recognizer, voice }: Tongue, opened: Opened): Promise<void> {
    if (this.#disposal) {
      await Promise.allSettled([
        opened.recognizer[Symbol.asyncDispose](),
        opened.synthesizer[Symbol.asyncDispose](),
      ])
      throw new VoiceFault('parley', 'refused', { message: 'the voice is closed' })
    }
    const before = this.#synthesizer
    this.#session = { ...this.#session, language, voice }
    this.#patienceMs = patienceMs(recognizer)
    this.#synthesizer = opened.synthesizer
    this.#retired = this.#replies
      .speakWith(opened.synthesizer)
      .then(() => Promise.allSettled([before[Symbol.asyncDispose]()]))
    this.#told.close()
    this.#told = opened.outlet
    opened.outlet.open(event => this.#recognized(event))
    await this.#recognizer.settle(opened.recognizer)
  }

  #request(messages: readonly BrainMessage[], guidance: string | null): BrainRequest {
    const { model, prompt, purpose, language, temperature, tools, facts } = this.#session
    return { model, prompt, purpose, language, temperature, tools, facts, messages, guidance }
  }

  /** What they have said so far stands still: should it be all, its answer is on its way. */
  #foresee(text: string): void {
    clearTimeout(this.#stable)
    if (text === '') return
    this.#stable = setTimeout(() => {
      const messages = [...this.#history.messages(), { role: 'user', text } as const]
      this.#foresight.begin(keyOf(messages), signal =>
        this.#brain.reply(this.#request(messages, null), signal),
      )
    }, STABLE_MS)
  }

  #speech(event: { type: 'started' | 'stopped'; atMs: number }): void {
    if (this.#disposal) return
    clearTimeout(this.#overdue)
    this.#outlet.emit({ type: `speech_${event.type}`, atMs: event.atMs })
    if (event.type === 'stopped') {
      this.#overdue = setTimeout(
        () => this.#hear({ type: 'overdue', atMs: this.#heardUntilMs }),
        this.#patienceMs,
      )
    }
    this.#hear(event)
    // Last: a recognizer that has told everything already answers a pause at once.
    this.#recognizer.speech(event)
  }

  #hear(event: HearingEvent): void {
    const [state, heard] = hearing(this.#hearing, event)
    this.#hearing = state
    if (!heard) return
    if (heard.final) clearTimeout(this.#overdue)
    this.#foresee(heard.final ? '' : heard.text)
    if (heard.final && heard.text !== '') this.#history.add({ role: 'user', text: heard.text })
    this.#outlet.emit({ type: 'heard', ...heard })
  }

  async #dispose(): Promise<void> {
    this.#outlet.close()
    clearTimeout(this.#overdue)
    clearTimeout(this.#stable)
    this.#foresight.drop()
    this.#replies.close()
    this.#detector.close()
    await Promise.allSettled([
      this.#recognizer[Symbol.asyncDispose](),
      this.#synthesizer[Symbol.asyncDispose](),
      this.#retired,
    ])
  }
}

function patienceMs({ capabilities: { endsTurns } }: Recognizer): number {
  return RECOGNIZER_PATIENCE_MS + (endsTurns?.withinMs ?? 0)
}

/** All that an answer without guidance depends on. */
function keyOf(messages: readonly BrainMessage[]): string {
  return JSON.stringify(messages)
}
