import { z } from 'zod'
import { type GuidanceKind, guidanceKind } from '../../../domain/guidance.ts'
import type { Brain, BrainEvent, BrainMessage, BrainRequest } from '../../cascade/port.ts'
import { type Dialogue, expected, hear, isFarewell, opening } from './dialogue.ts'
import { intentsOf } from './intents.ts'
import { keyIn } from './key-words.ts'
import { foundIn, foundText, isOpenQuestion } from './knowledge.ts'
import { type Goal, readGoal } from './goal.ts'
import { briefing, replyTo, replyToGuidance } from './replies.ts'

/**
 * A brain without a model: it follows the goal of the prompt through a small dialogue of questions,
 * slots and farewells, and answers from the call's data. It keeps nothing between replies; the state is
 * folded from the history, so the same words in give the same words out. English only.
 */
export class LocalBrain implements Brain {
  async *reply(request: BrainRequest, signal: AbortSignal): AsyncIterable<BrainEvent> {
    signal.throwIfAborted()
    const goal = readGoal(request.purpose, request.facts)
    const state = dialogueOf(request.messages)
    const kind = kindOf(request.guidance, state)
    yield { type: 'expect', phrases: expected(state) }
    const found = kind === null ? foundIn(request.messages) : null
    if (found !== null) {
      yield { type: 'text', text: foundText(found) }
    } else if (kind !== null) {
      yield { type: 'text', text: replyToGuidance(kind, { goal, state }) }
    } else {
      const sentence = lastSentence(request.messages)
      const text =
        sentence === null ? replyToGuidance('opening', { goal, state }) : replyTo(state, { goal, sentence })
      yield action(request, { text, state, goal, sentence: sentence ?? '' }) ?? { type: 'text', text }
    }
    yield { type: 'done' }
  }
}

/** A talk that came back from its farewell is answered like any other, when there is something to answer. */
function kindOf(text: string | null, state: Dialogue): GuidanceKind | null {
  const kind = text === null ? null : guidanceKind(text)
  // What was understood as that question gets its own answer, and a goodbye stays one.
  if (kind === 'truth' && state.move !== 'not_understood') return null
  return kind === 'backFromFarewell' && state.stage !== 'over' ? null : kind
}

/** Where the talk stands after these messages. */
export function dialogueOf(messages: readonly BrainMessage[]): Dialogue {
  return messages.reduce((state, message) => {
    if (message.role === 'user') return hear(state, message.text)
    // What could be looked up was understood well enough.
    return message.role === 'tool_call' && message.name === 'search_knowledge'
      ? { ...state, misses: 0 }
      : state
  }, opening)
}

function lastSentence(messages: readonly BrainMessage[]): string | null {
  return messages.findLast(message => message.role === 'user')?.text ?? null
}

interface Answer {
  readonly text: string
  readonly state: Dialogue
  readonly goal: Goal
  readonly sentence: string
}

/** What is done instead of speaking, where the call has the tool for it. */
function action(request: BrainRequest, { text, state, goal, sentence }: Answer): BrainEvent | null {
  const use = (name: string, given: object): BrainEvent | null => {
    if (!request.tools.some(tool => tool.name === name)) return null
    const made = request.messages.filter(message => message.role === 'tool_call').length
    return {
      type: 'tool_call',
      toolCallId: `local-${made + 1}`,
      name,
      arguments: JSON.stringify(given),
    }
  }
  const destination = isAskedForPerson(state, sentence) ? firstDestination(request) : null
  if (destination !== null)
    return use('transfer_call', { destination, ...(isWarm(request) ? { summary: briefing(goal) } : {}) })
  const told = state.move === 'bye_opt_out' ? use('opt_out', { reason: sentence.slice(0, 500) }) : null
  if (told !== null) return told
  if (isOpenQuestion(state, sentence)) return use('search_knowledge', { query: sentence.slice(0, 300) })
  if (isFarewell(state.move)) return use('end_call', { reason: state.move, farewell: text })
  const key = state.move === 'press_key' ? keyIn(sentence) : null
  return key === null ? null : use('send_dtmf', { digits: key })
}

function isAskedForPerson(state: Dialogue, sentence: string): boolean {
  return state.move === 'bye_person' && intentsOf(sentence).includes('person')
}

/** Whom the call may be transferred to, as the tool lists them; null: to nobody. */
function firstDestination({ tools }: BrainRequest): string | null {
  const properties = tools.find(({ name }) => name === 'transfer_call')?.parameters['properties']
  const read = transferProperties.safeParse(properties)
  return read.success ? read.data.destination.enum[0] : null
}

/** Whether whoever takes over is to be told what it is about. */
function isWarm({ tools }: BrainRequest): boolean {
  const { properties } = tools.find(({ name }) => name === 'transfer_call')?.parameters ?? {}
  return typeof properties === 'object' && properties !== null && 'summary' in properties
}

const transferProperties = z.object({
  destination: z.object({ enum: z.tuple([z.string()], z.string()) }),
})
