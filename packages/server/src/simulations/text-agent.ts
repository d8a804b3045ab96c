import type { SimulationEnd, SimulationRun } from '@parley/contract/simulations'
import { saysGoodbye } from '../conversation/courtesy.ts'
import { admitsMachine, asksWhetherHuman, confession } from '../conversation/honesty-words.ts'
import type { CallPlan } from '../domain/call-plan.ts'
import { guidance } from '../domain/guidance.ts'
import type { BrainMessage } from '../speech/cascade/port.ts'
import type { VoiceSession } from '../speech/port.ts'
import type { TextBrain } from '../speech/text-brains.ts'
import { type Thought, think } from './think.ts'
import type { Consequence, ToolDesk } from './tool-desk.ts'

/** A talk that can not be held to its end, for a reason that the customer is told. */
export class BrokenTalk extends Error {
  override readonly name = 'BrokenTalk'
}

/** Tool calls in one turn: a model that makes more does nothing else. */
const mostReplies = 20
/** Of both sides: nobody keeps, or reads, more. */
const longestTalk = 64_000

export interface TextAgentParts {
  readonly plan: CallPlan
  /** The prompt, tools and facts that a voice would be given. */
  readonly session: Pick<VoiceSession, 'prompt' | 'purpose' | 'language' | 'temperature' | 'tools' | 'facts'>
  readonly thinker: TextBrain
  readonly desk: ToolDesk
}

/** The agent of a call, writing what it would say. */
export class TextAgent {
  readonly transcript: SimulationRun['transcript'] = []
  /** Of each of its replies. */
  readonly firstTokenMs: number[] = []
  readonly #parts: TextAgentParts
  readonly #messages: BrainMessage[] = []
  #length = 0

  constructor(parts: TextAgentParts) {
    this.#parts = parts
  }

  /** What it has said, line by line, since the transcript had so many lines. */
  saidSince(lines: number): string[] {
    return this.transcript.slice(lines).flatMap(({ user, text }) => (user === 'assistant' ? [text] : []))
  }

  /** The first words, as in a call: given ones, or its own. */
  async open(signal: AbortSignal): Promise<SimulationEnd | null> {
    const { disclosure, firstSentence } = this.#parts.plan
    if (disclosure !== undefined) this.#say(disclosure)
    if (firstSentence === null) return await this.#reply(guidance.opening, signal)
    this.#say(firstSentence)
    return null
  }

  /** Answers what the callee has said. Rejects with VoiceFault or BrokenTalk. */
  async answer(heard: string, signal: AbortSignal): Promise<SimulationEnd | null> {
    this.hear(heard)
    const before = this.transcript.length
    const isAsked = asksWhetherHuman(heard)
    const end = await this.#reply(isAsked ? guidance.truth : null, signal)
    // Told in the platform's own words where the model withholds it, as in a call.
    if (isAsked && end === null && !this.saidSince(before).some(admitsMachine))
      this.#say(confession(this.#parts.session.language))
    return end
  }

  /** Words that it does not answer any more. */
  hear(text: string): void {
    this.#messages.push({ role: 'user', text })
    this.#note('user', text)
  }

  async #reply(first: string | null, signal: AbortSignal): Promise<SimulationEnd | null> {
    let guided = first
    for (let asked = 0; asked < mostReplies; asked += 1) {
      const thought = await this.#think(guided, signal)
      guided = null
      const consequence = await this.#act(thought, signal)
      if (consequence === null || consequence.next === 'listen') return null
      if (consequence.next !== 'reply') return await this.#conclude(consequence, thought.text, signal)
      if (consequence.instruct !== undefined)
        this.#messages.push({ role: 'system', text: consequence.instruct })
    }
    throw new BrokenTalk('The model did nothing but call tools')
  }

  async #think(guided: string | null, signal: AbortSignal): Promise<Thought> {
    const { session, thinker } = this.#parts
    const request = { ...session, model: thinker.model, messages: this.#messages, guidance: guided }
    const thought = await think(thinker.brain, request, signal)
    this.firstTokenMs.push(thought.firstTokenMs)
    this.#say(thought.text)
    return thought
  }

  /** Of several calls the gravest consequence counts. Null: there was none. */
  async #act({ calls }: Thought, signal: AbortSignal): Promise<Consequence | null> {
    let gravest: Consequence | null = null
    for (const { toolCallId, name, arguments: given } of calls) {
      this.#messages.push({ role: 'tool_call', toolCallId, name, arguments: given })
      this.#note('tool', `${name} ${given}`.trim())
      const [result, consequence] = await this.#parts.desk.take(
        { type: 'tool_call', toolCallId, name, arguments: given },
        signal,
      )
      this.#messages.push({ role: 'tool_result', toolCallId, name, result: JSON.stringify(result) })
      if (gravest === null || gravity[consequence.next] > gravity[gravest.next]) gravest = consequence
    }
    return gravest
  }

  /** The last words, where they have not been said. */
  async #conclude(
    consequence: Exclude<Consequence, { next: 'reply' | 'listen' }>,
    said: string,
    signal: AbortSignal,
  ): Promise<SimulationEnd> {
    switch (consequence.next) {
      case 'transfer':
        if (said === '') await this.#think(guidance.connecting, signal)
        return 'transfer'
      case 'opted_out':
        await this.#think(guidance.optedOut, signal)
        return 'agent'
      case 'end':
        if (!saysGoodbye(said)) {
          if (consequence.farewell === null) await this.#think(guidance.farewell, signal)
          else this.#say(consequence.farewell)
        }
        return 'agent'
    }
  }

  #say(text: string): void {
    if (text === '') return
    this.#messages.push({ role: 'assistant', text })
    this.#note('assistant', text)
  }

  #note(user: SimulationRun['transcript'][number]['user'], text: string): void {
    this.transcript.push({ user, text })
    this.#length += text.length
    if (this.#length > longestTalk) throw new BrokenTalk(`The talk is longer than ${longestTalk} characters`)
  }
}

const gravity: Readonly<Record<Consequence['next'], number>> = {
  listen: 0,
  reply: 1,
  transfer: 2,
  end: 3,
  opted_out: 4,
}
