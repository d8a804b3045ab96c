import type { Answerer } from '@parley/contract/status'
import { talked } from '../domain/outcome.ts'
import { answeredBy } from './answering/answered-by.ts'
import { type CalleeSound, followSound, noSound, quietForMs } from './answering/callee-sound.ts'
import { found, withAnswer } from './answering/found.ts'
import { announcementIn, talkerOf } from './answering/judge-words.ts'
import { type HeardTone, rememberTone, signalOf } from './answering/line-signals.ts'
import type { Unconnected } from './answering/machine.ts'
import { unconnected, unconnectedBy } from './answering/unconnected.ts'
import { finish } from './ending.ts'
import type { Happening } from './happening.ts'
import { metMenu } from './menu.ts'
import { metScreener } from './screening.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain } from './step.ts'
import { metMailbox } from './voicemail.ts'

/** What is known about who picked up. Uncertain means human: the agent talks while this is found out. */
export interface AnswerState {
  readonly verdict: Answerer | null
  /** Speech right after the answer, with pauses too short for a person who waits for a reply. */
  readonly greetingFromMs: number | null
  readonly greetingOver: boolean
  /** Turns with words so far, and their words. */
  readonly turns: number
  readonly said: string
  readonly sound: CalleeSound
  readonly tones: readonly HeardTone[]
}

export const nobodyYet: AnswerState = {
  verdict: null,
  greetingFromMs: null,
  greetingOver: false,
  turns: 0,
  said: '',
  sound: noSound,
  tones: [],
}

/** A machine starts to talk at once, and its greeting is over by then. */
const greetingStartMs = 2_500
const greetingPauseMs = 700
const machineWordsUntilMs = 30_000
const machineTurns = 4
/** A beep is a mailbox's after a greeting of such a length, and soon after it. */
const shortestGreetingMs = 2_000
const beepSoonMs = 3_000
const beepUntilMs = 60_000
/** After an announcement a mailbox may still follow it. */
const announcementOverMs = 2_000

/** Tells a person from a mailbox, a screener, a menu and a network, by words, tones, and the length of the greeting. */
export const answer: Part = (state, happening) => {
  const { event, nowMs } = happening
  switch (event.type) {
    case 'began':
      return state.terms.mailboxHeard ? mailbox(state, happening) : null
    case 'sound':
      return withAnswer(state, { sound: followSound(state.answer.sound, event) })
    case 'tone':
      return toned(state, event.tone, happening)
    case 'speech_started':
      return speechStarted(state, event.atMs)
    case 'tick':
      if (state.machine?.kind === 'announcement') return awaitSilence(state, state.machine.meaning, happening)
      return isLongGreeting(state, nowMs) ? mailbox(state, happening) : null
    case 'heard':
      return words(state, event, happening)
    default:
      return null
  }
}

function speechStarted(state: ConversationState, atMs: number): Step | null {
  const { greetingFromMs, greetingOver } = state.answer
  if (greetingOver) return null
  if (greetingFromMs === null)
    return withAnswer(state, { greetingFromMs: atMs, greetingOver: atMs > greetingStartMs })
  const pauseMs = atMs - (state.callee.stoppedMs ?? atMs)
  return pauseMs > greetingPauseMs ? withAnswer(state, { greetingOver: true }) : null
}

function isLongGreeting({ answer: found, callee, terms, machine }: ConversationState, nowMs: number) {
  const { greetingFromMs, greetingOver, verdict } = found
  if (greetingFromMs === null || greetingOver || !callee.speaking || machine) return false
  if (verdict !== null && verdict !== 'human') return false
  return nowMs - greetingFromMs >= terms.settings.longGreetingMs
}

function toned(state: ConversationState, tone: HeardTone, happening: Happening): Step {
  const tones = rememberTone(state.answer.tones, tone)
  const [heard] = withAnswer(state, { tones })
  const signal = signalOf(tones, { fastBusy: state.terms.fastBusy })
  if (state.ending.phase !== 'open') return [heard, []]
  if (signal === 'fax') return noConversation(heard, happening)
  const meaning = unconnectedBy(signal)
  if (meaning) return deadLine(heard, meaning, happening)
  return signal === 'beep' && isMailboxBeep(heard, tone) ? mailbox(heard, happening) : [heard, []]
}

function isMailboxBeep({ answer: { verdict, turns, sound }, machine }: ConversationState, tone: HeardTone) {
  if (machine || (verdict !== null && verdict !== 'human') || turns > machineTurns) return false
  const { stretchFromMs } = sound
  if (tone.toMs > beepUntilMs || stretchFromMs === null) return false
  // The beep is a sound as well, and mostly the last one of its stretch.
  const greetedMs = Math.min(tone.fromMs, Math.max(sound.quietFromMs, stretchFromMs)) - stretchFromMs
  const lasted = Math.max(greetedMs, sound.quietFromMs <= stretchFromMs ? tone.fromMs - stretchFromMs : 0)
  return lasted >= shortestGreetingMs && tone.fromMs - sound.quietFromMs <= beepSoonMs + lasted
}

type Words = { text: string; final: boolean; startMs: number; endMs: number }

function words(state: ConversationState, heard: Words, happening: Happening): Step | null {
  const text = heard.text.trim()
  if (text === '' || state.machine !== null || state.ending.phase !== 'open') return null
  const { turns, said } = state.answer
  const early = heard.startMs < machineWordsUntilMs && turns < machineTurns
  const found = early ? verdictOn(state, { ...heard, said: `${said} ${text}`.trim() }, happening) : null
  if (found) return found
  return heard.final ? person(state, text, happening) : null
}

/** A machine by its words; null: a person, or too early to say. */
function verdictOn(
  state: ConversationState,
  { text, said, startMs, endMs }: Words & { said: string },
  happening: Happening,
): Step | null {
  const fromMs = state.answer.greetingFromMs ?? startMs
  const talker = talkerOf(text, endMs - startMs) ?? talkerOf(said, endMs - fromMs)
  if (talker === 'voicemail' && !isKnown(state)) return mailbox(state, happening)
  if (talker === 'screening') return metScreener(state, happening)
  if (talker === 'menu' && !isKnown(state)) return menu(state, happening)
  const meaning = isKnown(state) ? null : (announcementIn(text) ?? announcementIn(said))
  if (!meaning) return null
  return [{ ...state, machine: { kind: 'announcement', meaning, sinceMs: happening.nowMs } }, []]
}

function isKnown({ answer: { verdict } }: ConversationState): boolean {
  return verdict !== null && verdict !== 'human'
}

function person(state: ConversationState, text: string, happening: Happening): Step {
  const { turns, said, verdict } = state.answer
  const [after] = withAnswer(state, { turns: turns + 1, said: `${said} ${text}`.trim().slice(-mostWords) })
  return verdict ? [after, []] : found(after, 'human', happening)
}

/** Nobody's greeting has more letters. */
const mostWords = 1_000

function mailbox(state: ConversationState, happening: Happening): Step {
  return chain(found(state, 'voicemail', happening), next => metMailbox(next, happening))
}

function menu(state: ConversationState, happening: Happening): Step {
  return chain(found(state, 'ivr', happening), next => metMenu(next, happening))
}

/** A mailbox speaks on after what sounded like an announcement; a network hangs up, or falls silent. */
function awaitSilence(state: ConversationState, meaning: Unconnected, happening: Happening): Step | null {
  if (quietForMs(state.answer.sound, happening.nowMs) < announcementOverMs || state.callee.speaking)
    return null
  return deadLine(state, meaning, happening)
}

/** After words were exchanged it means that the callee has gone; before, that there is none. */
function deadLine(state: ConversationState, meaning: Unconnected, happening: Happening): Step {
  const reached = state.answer.turns > 0 && state.machine === null
  const outcome = reached ? talked('callee_hung_up', answeredBy(state)) : unconnected(meaning)
  return finish(state, happening, { outcome, hangUp: true })
}

function noConversation(state: ConversationState, happening: Happening): Step {
  const outcome = { ...talked('agent_ended', 'unknown'), errorMessage: 'A fax machine answered' }
  return chain(found(state, 'unknown', happening), next => finish(next, happening, { outcome, hangUp: true }))
}
