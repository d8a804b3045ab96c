import { guidance } from '../domain/guidance.ts'
import { talked } from '../domain/outcome.ts'
import { quietForMs } from './answering/callee-sound.ts'
import { found } from './answering/found.ts'
import { announcementIn, talkerOf } from './answering/judge-words.ts'
import type { Machine } from './answering/machine.ts'
import { isAudible, withAgent } from './agent.ts'
import { ask } from './ask.ts'
import { finish } from './ending.ts'
import type { ConversationEvent, Happening } from './happening.ts'
import { withoutFirstWords } from './greeting.ts'
import { openingOf } from './opening.ts'
import { silenceAgent } from './silence-agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain } from './step.ts'
import { metMailbox } from './voicemail.ts'

type Screener = Extract<Machine, { kind: 'screener' }>
type Deciding = Extract<Screener, { phase: 'deciding' }>

/** Its question is over after such a silence. */
const questionOverMs = 600
/** It may ask twice more, about urgency and the like. */
const mostAnswers = 3
/** A person who has not decided by then will not. */
const decidingMs = 60_000
/** So many pieces of speech that nobody understood are a person in another language. */
const unclearPieces = 2

/** Somebody's phone asks who calls, and why: an iPhone, an Android phone, a secretary in software. */
export function metScreener(state: ConversationState, happening: Happening): Step {
  const { machine } = state
  const told = machine?.kind === 'screener' ? machine.told : 0
  const asking: Screener = { kind: 'screener', phase: 'asking', sinceMs: happening.nowMs, told }
  return chain(silenceAgent(withoutFirstWords(state), happening), next => [{ ...next, machine: asking }, []])
}

/** Says who calls and why when the question is over, and waits for the person. */
export const screening: Part = (state, happening) => {
  const { machine } = state
  if (machine?.kind !== 'screener' || state.ending.phase !== 'open') return null
  return machine.phase === 'asking' ? tell(state, machine, happening) : awaitPerson(state, machine, happening)
}

function tell(
  state: ConversationState,
  { sinceMs, told }: Screener,
  { event, nowMs }: Happening,
): Step | null {
  if (event.type !== 'tick') return null
  const quietMs = state.callee.speaking ? 0 : quietForMs(state.answer.sound, nowMs)
  if (quietMs < questionOverMs) return null
  const machine: Deciding = {
    kind: 'screener',
    phase: 'deciding',
    sinceMs,
    fromMs: nowMs,
    told: told + 1,
    unclear: 0,
  }
  return ask({ ...state, machine }, { purpose: 'answer', guidance: guidance.screening }, nowMs)
}

function awaitPerson(state: ConversationState, machine: Deciding, happening: Happening): Step | null {
  const { event, nowMs } = happening
  if (event.type === 'heard' && event.final && event.startMs >= machine.fromMs)
    return somebodySpoke(state, machine, { heard: event, happening })
  if (event.type !== 'tick' || nowMs - machine.fromMs < decidingMs || isAudible(state.agent)) return null
  const outcome = { ...talked('silence', 'unknown'), errorMessage: 'A call screener let nobody answer' }
  return finish(state, happening, { outcome, hangUp: true })
}

function somebodySpoke(
  state: ConversationState,
  machine: Deciding,
  { heard, happening }: { heard: Extract<ConversationEvent, { type: 'heard' }>; happening: Happening },
): Step | null {
  const text = heard.text.trim()
  if (text === '') {
    const unclear = machine.unclear + 1
    return unclear < unclearPieces
      ? [{ ...state, machine: { ...machine, unclear } }, []]
      : personJoined(state, happening)
  }
  switch (talkerOf(text, heard.endMs - heard.startMs)) {
    case 'voicemail':
      return chain(found({ ...state, machine: null }, 'voicemail', happening), next =>
        metMailbox(next, happening),
      )
    case 'screening':
      return machine.told < mostAnswers ? metScreener(state, happening) : null
    case 'waiting':
    case 'menu':
      return null
    default:
      return announcementIn(text) === null ? personJoined(state, happening) : null
  }
}

/** They have read why we call, or not: the call begins anew. */
function personJoined(state: ConversationState, happening: Happening): Step {
  return chain(
    silenceAgent({ ...state, machine: null }, happening),
    next => found(next, 'human', happening),
    next => beginAnew(next, happening.nowMs),
  )
}

/** What a screener was told is told to the person, too. */
function beginAnew(state: ConversationState, nowMs: number): Step {
  const { disclosure } = state.terms
  if (disclosure === null) return ask(state, openingOf(state.terms), nowMs)
  return ask(withAgent(state, { openingDue: true }), { purpose: 'disclosure', say: disclosure }, nowMs)
}
