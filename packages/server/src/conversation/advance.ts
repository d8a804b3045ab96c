import { silentAgent } from './agent.ts'
import { answer, nobodyYet } from './answer.ts'
import { hasMachine } from './answering/machine.ts'
import { bargeIn } from './barge-in.ts'
import { calleeSpeaks, silentCallee } from './callee.ts'
import { controls } from './controls.ts'
import { deafness } from './deafness.ts'
import { endings } from './endings.ts'
import { faults } from './faults.ts'
import { greeting, holdBack, nothingHeld } from './greeting.ts'
import type { Happening } from './happening.ts'
import { honesty, nothingOwed } from './honesty.ts'
import { interventions } from './interventions.ts'
import { keypad } from './keypad.ts'
import { latency, noLatencies } from './latency.ts'
import { limits } from './limits.ts'
import { isMenuTalking, menu } from './menu.ts'
import { isOpening, opening } from './opening.ts'
import { noOverlap } from './overlap.ts'
import { noOverlaps } from './overlap-counts.ts'
import { agentSpeaks } from './replies.ts'
import { screening } from './screening.ts'
import { silence } from './silence.ts'
import type { ConversationState, Part, Step, Terms } from './state.ts'
import { chain } from './step.ts'
import { toolCalls } from './tools/tool-calls.ts'
import { keyPresses } from './tools/key-presses.ts'
import { nothingOutside, outsideTools } from './tools/outside.ts'
import { languageSwitches } from './tools/switch-language.ts'
import { isConnecting, transfers } from './tools/transfer.ts'
import { noToolCalls } from './tools/tool-use.ts'
import { turns } from './turns.ts'
import { voicemail } from './voicemail.ts'
import { watchdog } from './watchdog.ts'

/**
 * What is observed comes before what is decided on it; what ends the call comes before what goes on with
 * it. A part sees the state as the parts above it left it.
 */
const parts: readonly Part[] = [
  honesty,
  agentSpeaks(wantsNoReply),
  calleeSpeaks,
  latency,
  interventions,
  faults,
  answer,
  voicemail,
  screening,
  menu,
  greeting,
  betweenPeople(opening),
  betweenPeople(bargeIn),
  toolCalls,
  keyPresses,
  outsideTools,
  languageSwitches,
  transfers,
  betweenPeople(keypad),
  controls,
  betweenPeople(endings),
  betweenPeople((state, happening) =>
    isMenuTalking(state, happening.nowMs) ? null : turns(state, happening),
  ),
  betweenPeople(silence),
  betweenPeople(deafness),
  betweenPeople(watchdog),
  limits,
]

/** Nobody interrupts a machine, takes turns with it, or asks whether it is still there. */
function betweenPeople(part: Part): Part {
  return (state, happening) => (hasMachine(state) ? null : part(state, happening))
}

/** One happening, one step: the whole conversation as a pure function. */
export function advance(state: ConversationState, taken: Happening): Step {
  return holdBack(step(state, { ...taken, queuedMs: waitingMs(state, taken) }))
}

/** While the line is silenced its queue is empty, and what waits is kept here; so are words held back. */
function waitingMs({ agent, held }: ConversationState, { queuedMs }: Happening): number {
  return (agent.held?.unplayedMs ?? queuedMs) + (held?.heldMs ?? 0)
}

function step(state: ConversationState, happening: Happening): Step {
  let step: Step = [state, nothing]
  for (const part of parts) {
    const [current] = step
    if (current.ending.phase === 'over') return step
    const next = part(current, happening)
    if (next) step = chain(step, () => next)
  }
  return step
}

const nothing: Step[1] = []

export function begin(terms: Terms): ConversationState {
  return {
    terms,
    agent: silentAgent(terms),
    callee: silentCallee,
    answer: nobodyYet,
    held: terms.waitForGreeting ? nothingHeld : null,
    machine: null,
    menu: null,
    overlap: noOverlap,
    overlaps: noOverlaps,
    ending: { phase: 'open' },
    keypad: null,
    wantedLines: [],
    tools: noToolCalls,
    pressing: null,
    switching: null,
    transfer: null,
    outside: nothingOutside,
    unreadable: 0,
    latency: noLatencies,
    honesty: nothingOwed,
    wrappingUp: false,
    silenceAskedMs: null,
    stalledMs: null,
    fillers: 0,
    deafSinceMs: null,
    failing: null,
  }
}

/**
 * After a goodbye no new reply begins, and none while the callee speaks. A "hello?" over the first sentence
 * is answered by that sentence, and what was answered already is not answered twice.
 */
function wantsNoReply(state: ConversationState): boolean {
  const { ending, agent, callee } = state
  if (ending.phase !== 'open' || state.failing || callee.speaking || isConnecting(state)) return true
  if (hasMachine(state)) return true
  return agent.lastAskedMs > callee.lastSoundMs || isOpening(state) || isSpokenOver(state)
}

/** The callee's latest sound was over a reply that it did not stop: nothing that wants an answer. */
function isSpokenOver({ agent, callee }: ConversationState): boolean {
  const [first] = agent.replies
  if (!first || first.playedFromMs === null || agent.held) return false
  return (callee.speechFromMs ?? 0) >= first.playedFromMs
}
