import type { Voice, VoiceEvent } from '../../src/speech/port.ts'

/** What the model says next, and what it does. */
export interface ScriptedLine {
  readonly text?: string
  readonly tool?: { readonly name: string; readonly arguments: string }
  /** Until its first token; 100 ms when absent. */
  readonly thinkMs?: number
  readonly fails?: boolean
  /** It is never told to be made. */
  readonly stalls?: boolean
}

/** Asked for every reply: the guidance of it, what the callee said last, and how many replies came before. */
export type Script = (cue: {
  readonly guidance: string
  readonly heard: string
  readonly turn: number
}) => ScriptedLine | null

export interface VoiceLog {
  readonly type: 'say' | 'respond' | 'interrupt' | 'instruct' | 'tell' | 'answer_tool' | 'switch_language'
  readonly text: string
  readonly playedMs?: number
}

/** A spoken word lasts so long, and is made so fast. */
export const wordMs = 300
const wordMadeInMs = 60
const thinkingMs = 100

/** A voice that follows a script in virtual time. Each reply's audio is made of its own byte. */
export class ScriptedVoice implements Voice {
  readonly capabilities: { takesTurns: boolean; needsWords: boolean }
  readonly log: VoiceLog[] = []
  /** Texts of the replies by the byte of their audio. */
  readonly tones = new Map<number, string>()
  /** Goes on with audio after an interruption, as a network in between does. */
  lateAudio = false
  /** A voice that takes turns answers when it knows the words, and does not care what else is going on. */
  answersOnWords = false
  heardFrames = 0
  /** What comes of changing the language; null: nothing yet. */
  switching: PromiseWithResolvers<void> | null = null
  /** Tells no words before they are final. */
  silentPartials = false
  readonly #script: Script
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #making = new Map<string, Set<NodeJS.Timeout>>()
  #listener: ((event: VoiceEvent) => void) | undefined
  #early: VoiceEvent[] = []
  #heard = ''
  #turn = 0
  #ownReplies = 0

  constructor(script: Script, takesTurns: boolean, needsWords = !takesTurns) {
    this.#script = script
    this.capabilities = { takesTurns, needsWords }
  }

  listen(listener: (event: VoiceEvent) => void): void {
    this.#listener = listener
    for (const event of this.#early.splice(0)) listener(event)
  }

  hear(): void {
    this.heardFrames += 1
  }

  say(replyId: string, text: string): void {
    this.log.push({ type: 'say', text })
    this.#make(replyId, { text, thinkMs: 20 })
  }

  respond(replyId: string, guidance = ''): void {
    this.log.push({ type: 'respond', text: guidance })
    this.#perform(replyId, guidance)
  }

  interrupt(replyId: string, playedMs: number): void {
    this.log.push({ type: 'interrupt', text: replyId, playedMs })
    const making = this.#making.get(replyId)
    if (!making) return
    this.#making.delete(replyId)
    if (!this.lateAudio) for (const timer of making) clearTimeout(timer)
    this.#after(40, () => this.emit({ type: 'reply_done', replyId, result: 'cancelled' }))
  }

  instruct(text: string): void {
    this.log.push({ type: 'instruct', text })
  }

  tell(text: string): void {
    this.log.push({ type: 'tell', text })
  }

  answerTool(_toolCallId: string, result: unknown): void {
    this.log.push({ type: 'answer_tool', text: JSON.stringify(result) })
  }

  switchLanguage(language: string): Promise<void> {
    this.log.push({ type: 'switch_language', text: language })
    this.switching = Promise.withResolvers()
    return this.switching.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  emit(event: VoiceEvent): void {
    if (this.#listener) this.#listener(event)
    else this.#early.push(event)
  }

  /** What the callee said has been understood; a voice that takes turns answers it by itself. */
  understood(text: string): void {
    this.#heard = text
  }

  answerByItself(): void {
    this.#ownReplies += 1
    this.#perform(`own-${this.#ownReplies}`, '')
  }

  #perform(replyId: string, guidance: string): void {
    this.#turn += 1
    const line = this.#script({ guidance, heard: this.#heard, turn: this.#turn })
    if (line) this.#make(replyId, line)
  }

  #make(replyId: string, line: ScriptedLine): void {
    const { text = '', tool, thinkMs = thinkingMs, fails = false, stalls = false } = line
    const tone = this.tones.size + 1
    this.tones.set(tone, text)
    const timers = new Set<NodeJS.Timeout>()
    this.#making.set(replyId, timers)
    const at = (ms: number, event: VoiceEvent) => timers.add(this.#after(ms, () => this.emit(event)))
    at(10, { type: 'reply_started', replyId })
    at(thinkMs, { type: 'first_token', replyId })
    const words = text.match(/\s*\S+/gu) ?? []
    for (const [index, word] of words.entries()) {
      const madeMs = thinkMs + 50 + index * wordMadeInMs
      at(madeMs, { type: 'reply_text', replyId, text: word, offsetMs: index * wordMs })
      at(madeMs, { type: 'reply_audio', replyId, audio: new Uint8Array(wordMs * 8).fill(tone) })
    }
    const doneMs = thinkMs + 60 + words.length * wordMadeInMs
    if (tool) at(doneMs, { type: 'tool_call', replyId, toolCallId: `tool-${this.#turn}`, ...tool })
    const result = fails ? 'failed' : 'complete'
    if (stalls) return
    timers.add(
      this.#after(doneMs, () => {
        this.#making.delete(replyId)
        this.emit({ type: 'reply_done', replyId, result })
      }),
    )
  }

  #after(ms: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(action, ms)
    this.#timers.add(timer)
    return timer
  }
}
