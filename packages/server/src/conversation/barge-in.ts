import { isAudible, playedOf, type Purpose, withAgent } from './agent.ts'
import { hasAsked } from './asked.ts'
import { withCallee } from './callee.ts'
import { type CalleeWords, kindOfWords } from './callee-words.ts'
import type { Happening } from './happening.ts'
import { holdAgent, releaseAgent } from './hold.ts'
import { turnWords } from './languages/languages.ts'
import { isDucked, judgeSound, judgeStop, noOverlap, type Overlap } from './overlap.ts'
import { counted } from './overlap-counts.ts'
import { interruptionReport, silenceAgent } from './silence-agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain, report } from './step.ts'

/**
 * The callee makes a sound while the agent speaks or is about to. First the agent is turned down; then, from
 * what the sound turns out to be, it goes on, or stops and gives the floor to the callee. A stop for a sound
 * whose words never come is taken back.
 */
export const bargeIn: Part = (state, happening) => {
  const { event } = happening
  const { overlap } = state
  if (event.type === 'digit') return state.terms.keypad.receive ? pressedOver(state, happening) : null
  if (!judgedOn.has(event.type)) return null
  if (state.ending.phase !== 'open') return overlap.phase === 'none' ? null : goOn(state)
  switch (overlap.phase) {
    case 'none':
      return event.type === 'speech_started' ? notice(state, happening) : lateWords(state, happening)
    case 'judging':
      return judging(state, overlap, happening)
    case 'stopped':
      return stopped(state, overlap, happening)
  }
}

/** The happenings that tell something of the callee; at others the queue's fill is not the line's alone. */
const judgedOn: ReadonlySet<string> = new Set(['tick', 'speech_started', 'speech_stopped', 'heard'])

/** Quiet for so long, a sound is over. */
const gapMs = 150

/**
 * What the law wants said is said to its end, and who calls is heard before anything stops it. `playedMs`: of
 * the reply that is playing or comes next.
 */
export function isProtected(
  { purpose, playedMs }: { purpose: Purpose; playedMs: number },
  protectedMs: number,
): boolean {
  return purpose === 'disclosure' || (purpose === 'opening' && playedMs < protectedMs)
}

function isProtectedNow({ agent, terms }: ConversationState, { queuedMs }: Happening): boolean {
  const [first] = agent.replies
  const playedMs = playedOf(agent.replies, queuedMs)[0] ?? 0
  return first !== undefined && isProtected({ ...first, playedMs }, terms.settings.openingProtectedMs)
}

function notice(state: ConversationState, happening: Happening): Step | null {
  const { agent, callee, terms } = state
  if ((agent.replies.length === 0 && !agent.wanted) || !terms.settings.interruptible) return null
  const { nowMs } = happening
  const overlap = { phase: 'judging', fromMs: callee.speechFromMs ?? nowMs, sinceMs: nowMs } as const
  const heard: ConversationState = { ...state, overlap: { ...overlap, ducked: false } }
  if (isProtectedNow(state, happening)) return [heard, []]
  if (isAudible(agent)) return duck(counted(heard, 'overlaps'))
  // A voice that takes turns hears that the callee goes on, and begins anew by itself.
  if (terms.takesTurns) return giveFloor(state, happening)
  return holdAgent(heard, happening)
}

function duck(state: ConversationState): Step {
  if (state.overlap.phase !== 'judging') return [state, []]
  const { duckDb } = state.terms.settings
  return [{ ...state, overlap: { ...state.overlap, ducked: true } }, [{ type: 'gain', db: duckDb }]]
}

function judging(
  state: ConversationState,
  overlap: Extract<Overlap, { phase: 'judging' }>,
  happening: Happening,
): Step | null {
  const seen = evidence(state, overlap, happening)
  if (isProtectedNow(state, happening)) return seen.sounding ? null : [{ ...state, overlap: noOverlap }, []]
  if (state.agent.replies.length === 0) return goOn(state)
  const verdict = judgeSound({ ...seen, waitedMs: happening.nowMs - overlap.sinceMs }, state.terms.settings)
  switch (verdict) {
    case 'wait':
      return isAudible(state.agent) && !overlap.ducked && !state.agent.held
        ? duck(counted(state, 'overlaps'))
        : null
    case 'restore':
      return restore(state, happening)
    case 'stop':
      return interrupt(state, happening)
    case 'suspend':
      return suspend(state, overlap, happening)
  }
}

/** It was nothing: the agent goes on as if there had been no sound. */
function restore(state: ConversationState, { nowMs }: Happening): Step {
  if (!isDucked(state.overlap)) return goOn(state)
  const told = report({ type: 'backchannel', at_ms: nowMs })
  return chain(goOn(counted(state, 'backchannels')), next => [next, [told]])
}

function goOn(state: ConversationState): Step {
  const loud: Step = [
    { ...state, overlap: noOverlap },
    isDucked(state.overlap) ? [{ type: 'gain', db: 0 }] : [],
  ]
  return chain(loud, releaseAgent)
}

function interrupt(state: ConversationState, happening: Happening): Step {
  const said = interruptionReport(state, happening)
  const next = said.length > 0 ? counted(state, 'interruptions') : state
  return chain(giveFloor(next, happening), after => [after, said])
}

/** So soon after its beginning, an answer that is stopped was begun too early. */
const cutOffMs = 1_000

function giveFloor(state: ConversationState, happening: Happening): Step {
  const [first] = state.agent.replies
  const begunMs = (state.callee.speechFromMs ?? 0) - (first?.playedFromMs ?? Number.NEGATIVE_INFINITY)
  const isCutOff = first?.purpose === 'answer' && begunMs >= 0 && begunMs < cutOffMs
  const silenced = silenceAgent(isCutOff ? counted(state, 'cutOffs') : state, happening)
  return chain(silenced, next => withCallee(unasked(next), { tookFloor: true }))
}

/** What was asked for while they spoke, and is now dropped, was no answer to their words; what a voice began itself was. */
function unasked(state: ConversationState): ConversationState {
  const { lastAskedMs } = state.agent
  if (state.terms.takesTurns) return state
  return withAgent(state, {
    lastAskedMs: Math.min(lastAskedMs, state.callee.speechFromMs ?? lastAskedMs),
  })
}

/** Before a sound of the agent there is nothing to stop, and it waits for the words as it does. */
function suspend(
  state: ConversationState,
  { fromMs, ducked }: Extract<Overlap, { phase: 'judging' }>,
  happening: Happening,
): Step {
  const said = interruptionReport(state, happening)
  const held = holdAgent({ ...state, overlap: { phase: 'stopped', fromMs } }, happening)
  return chain(held, next => [next, [...(ducked ? [{ type: 'gain', db: 0 } as const] : []), ...said]])
}

function stopped(
  state: ConversationState,
  overlap: Extract<Overlap, { phase: 'stopped' }>,
  happening: Happening,
): Step | null {
  const { event, nowMs, loudUntilMs } = happening
  const quietFromMs = Math.max(overlap.fromMs, loudUntilMs, state.callee.stoppedMs ?? 0)
  const final = event.type === 'heard' && event.final && event.endMs >= overlap.fromMs
  const seen = { ...evidence(state, overlap, happening), final, quietMs: nowMs - quietFromMs }
  const wasAudible = isAudible(state.agent)
  if (isHeardOut(state, { soundMs: seen.soundMs, wasAudible }, happening))
    return giveFloor(wasAudible ? counted(state, 'interruptions') : state, happening)
  switch (judgeStop(seen, state.terms.settings)) {
    case 'wait':
      return null
    case 'confirm':
      return giveFloor(wasAudible ? counted(state, 'interruptions') : state, happening)
    case 'resume':
      return chain(goOn(wasAudible ? counted(state, 'falseStops') : state), next => [
        next,
        wasAudible ? [report({ type: 'resumed', at_ms: nowMs })] : [],
      ])
  }
}

/** A voice that needs no words has heard all that they said, and it was too long for an acknowledgement. */
function isHeardOut(
  { terms }: ConversationState,
  { soundMs, wasAudible }: { soundMs: number; wasAudible: boolean },
  { event }: Happening,
): boolean {
  if (terms.needsWords || terms.takesTurns || event.type !== 'speech_stopped') return false
  return soundMs >= (wasAudible ? terms.settings.longestBackchannelMs : terms.settings.decideMs)
}

/** Words may come after a sound was taken for nothing; those that were begun over the reply stop it. */
function lateWords(state: ConversationState, happening: Happening): Step | null {
  const { event, queuedMs } = happening
  const { agent, terms } = state
  if (event.type !== 'heard' || !terms.settings.interruptible || event.text.trim() === '') return null
  const [first] = agent.replies
  if (!first || first.playedFromMs === null || first.purpose === 'disclosure') return null
  const protectedMs = first.purpose === 'opening' ? terms.settings.openingProtectedMs : 0
  if (event.startMs < first.playedFromMs + protectedMs || queuedMs === 0) return null
  const { settings } = terms
  const isSpeech = isAnswer(evidence(state, { fromMs: event.startMs }, happening))
  const lastsMs = event.endMs - event.startMs
  return isSpeech && lastsMs >= settings.minSpeechMs ? interrupt(state, happening) : null
}

function isAnswer({ words, asked }: { words: CalleeWords; asked: boolean }): boolean {
  return words === 'speech' || (words === 'acknowledgement' && asked)
}

function pressedOver(state: ConversationState, happening: Happening): Step | null {
  const { replies, wanted } = state.agent
  const nothingToStop = replies.length === 0 && !wanted
  if (nothingToStop || state.ending.phase !== 'open' || isProtectedNow(state, happening)) return null
  return interrupt(state, happening)
}

function evidence(
  state: ConversationState,
  { fromMs }: { fromMs: number },
  { event, nowMs, queuedMs, loudUntilMs }: Happening,
) {
  const { callee, agent, terms } = state
  const newest = event.type === 'heard' ? event : callee.partial
  const text = newest && newest.endMs >= fromMs ? newest.text : ''
  // A sound that the meter did not notice at all is judged by the detector alone.
  const unmetered = loudUntilMs <= fromMs
  const sounding = callee.speaking && (unmetered || nowMs - loudUntilMs <= gapMs)
  // While it is doubtful whether a sound goes on, it is as long as it was heard to be.
  const endMs = !unmetered ? loudUntilMs : sounding ? nowMs : (callee.stoppedMs ?? nowMs)
  const played = playedOf(agent.replies, queuedMs)
  const index = Math.max(
    0,
    played.findLastIndex(ms => ms > 0),
  )
  const reply = agent.replies[index]
  return {
    words: kindOfWords(text, turnWords(terms.language), event.type === 'heard' && event.final),
    asked:
      reply !== undefined &&
      hasAsked(reply.pieces, { playedMs: played[index] ?? 0, writtenMs: reply.writtenMs }),
    soundMs: Math.max(0, endMs - fromMs),
    sounding,
  }
}
