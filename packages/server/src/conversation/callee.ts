import type { VoiceEvent } from '../speech/port.ts'
import type { ConversationState, Part, Step, Terms } from './state.ts'
import { report } from './step.ts'

/** What is known of the callee's side: sound, words, and whether an answer is owed to them. */
export interface Callee {
  readonly speaking: boolean
  /** Onset of the latest speech, and of the silence after it. */
  readonly speechFromMs: number | null
  readonly stoppedMs: number | null
  /** They spoke and the final text of it has not come. */
  readonly awaitingWords: boolean
  /** When the latest final text came. */
  readonly finalMs: number | null
  /** Words of a turn that is not final yet. */
  readonly partial: Words | null
  /** What nobody has answered yet; an empty text was not understood. */
  readonly unanswered: Unanswered | null
  /** End of speech that a voice has heard itself and nobody has answered. */
  readonly spokeMs: number | null
  /** A voice that takes turns was about to answer what seemed to be nothing. */
  readonly turnedDown: boolean
  /** They stopped the agent and have said nothing since that anybody understood. */
  readonly tookFloor: boolean
  readonly lastSoundMs: number
}

interface Unanswered {
  readonly text: string
  readonly endMs: number
  /** The recognizer has found the turn to end with these words. */
  readonly over: boolean
}

interface Words {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** Shorter sounds without words are coughs and clicks, and nobody asks a cough to repeat itself. */
const shortestSpeechMs = 300

export const silentCallee: Callee = {
  speaking: false,
  speechFromMs: null,
  stoppedMs: null,
  awaitingWords: false,
  finalMs: null,
  partial: null,
  unanswered: null,
  spokeMs: null,
  turnedDown: false,
  tookFloor: false,
  lastSoundMs: 0,
}

export const calleeSpeaks: Part = (state, { event, nowMs }) => {
  switch (event.type) {
    case 'speech_started':
      return withCallee(state, {
        speaking: true,
        speechFromMs: event.atMs,
        awaitingWords: true,
        lastSoundMs: nowMs,
      })
    case 'speech_stopped':
      return withCallee(state, {
        speaking: false,
        stoppedMs: event.atMs,
        spokeMs: hearsItself(state.terms) ? event.atMs : null,
        lastSoundMs: Math.max(state.callee.lastSoundMs, event.atMs),
      })
    case 'heard':
      return event.final ? final(state, event, nowMs) : partial(state, event)
    default:
      return null
  }
}

type Heard = Extract<VoiceEvent, { type: 'heard' }>

function partial(state: ConversationState, { text, startMs, endMs }: Heard): Step | null {
  if (text.trim() === '') return null
  const [after] = withCallee(state, { partial: { text: text.trim(), startMs, endMs } })
  return [after, [report({ type: 'partial_transcript', user: 'user', text: text.trim(), at_ms: endMs })]]
}

function final(state: ConversationState, heard: Heard, nowMs: number): Step {
  const { callee } = state
  const text = heard.text.trim()
  const base = { partial: null, awaitingWords: callee.speaking, finalMs: nowMs }
  const { startMs, endMs } = heard
  if (text === '') {
    const cough = endMs - startMs < shortestSpeechMs
    const owed =
      cough || isAnswered(state, endMs)
        ? callee.unanswered
        : (callee.unanswered ?? { text, endMs, over: false })
    return withCallee(state, { ...base, unanswered: owed })
  }
  const before = callee.unanswered?.text ?? ''
  const over = heard.turnOver === true
  const unanswered = isAnswered(state, endMs) ? null : { text: `${before} ${text}`.trim(), endMs, over }
  const said = { ...base, unanswered, tookFloor: false, lastSoundMs: Math.max(callee.lastSoundMs, endMs) }
  const [after] = withCallee(state, said)
  return [after, [{ type: 'enter', line: { user: 'user', text, startMs, endMs, interrupted: false } }]]
}

/** A voice that has heard it often answers before its transcriber has written down what it answers. */
function isAnswered({ terms, agent }: ConversationState, endMs: number): boolean {
  return (terms.takesTurns || !terms.needsWords) && agent.lastAskedMs >= endMs
}

/** It needs to be asked, and then answers what it has heard. */
function hearsItself({ takesTurns, needsWords }: Terms): boolean {
  return !takesTurns && !needsWords
}

export function withCallee(state: ConversationState, change: Partial<Callee>): Step {
  return [{ ...state, callee: { ...state.callee, ...change } }, []]
}
