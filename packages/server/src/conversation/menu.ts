import { talked } from '../domain/outcome.ts'
import { quietForMs } from './answering/callee-sound.ts'
import { talkerOf } from './answering/judge-words.ts'
import { withCallee } from './callee.ts'
import { finish } from './ending.ts'
import type { Happening } from './happening.ts'
import { automaticMenu } from './hints.ts'
import { withoutFirstWords } from './greeting.ts'
import { silenceAgent } from './silence-agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain } from './step.ts'

/** An automatic menu on the line: the agent takes turns with it, by key or by voice. */
export interface Menu {
  /** What it has said, and how often. */
  readonly heard: readonly { readonly words: ReadonlySet<string>; readonly times: number }[]
  /** It asked to wait, since then: what is heard meanwhile is music. */
  readonly holdingFromMs: number | null
}

/** The same thing heard so often is a loop. */
const loopTimes = 3
/** Shorter sentences repeat themselves without there being a loop. */
const fewestWords = 5
const alike = 0.6
const rememberedSentences = 20
/** Nobody waits for longer. */
const longestHoldMs = 600_000
/** Between two choices a menu pauses for less. */
const menuPauseMs = 1_200

export function metMenu(state: ConversationState, happening: Happening): Step {
  return chain(silenceAgent(withoutFirstWords(state), happening), next => [
    { ...next, menu: { heard: [], holdingFromMs: null } },
    [{ type: 'instruct', text: automaticMenu }],
  ])
}

/** Keeps a talk with a menu from going round in circles, and hold music from being answered. */
export const menu: Part = (state, happening) => {
  const { event, nowMs } = happening
  if (!state.menu || state.ending.phase !== 'open') return null
  if (event.type === 'tick') return isHolding(state.menu, nowMs) ? waits(state, nowMs) : null
  if (event.type !== 'heard' || !event.final) return null
  const text = event.text.trim()
  if (text === '') return isHolding(state.menu, nowMs) ? withCallee(state, { unanswered: null }) : null
  if (talkerOf(text, event.endMs - event.startMs) === 'waiting') return hold(state, nowMs)
  return sentence(state, text, happening)
}

/** A menu is heard to its end: its pauses are no turns. */
export function isMenuTalking({ menu: met, answer, callee }: ConversationState, nowMs: number): boolean {
  if (!met) return false
  const quietFromMs = Math.max(callee.stoppedMs ?? 0, nowMs - quietForMs(answer.sound, nowMs))
  return callee.speaking || nowMs - quietFromMs < menuPauseMs
}

function isHolding({ holdingFromMs }: Menu, nowMs: number): boolean {
  return holdingFromMs !== null && nowMs - holdingFromMs < longestHoldMs
}

function waits(state: ConversationState, nowMs: number): Step {
  return withCallee(state, { lastSoundMs: nowMs })
}

function hold(state: ConversationState, nowMs: number): Step {
  const holdingFromMs = state.menu?.holdingFromMs ?? nowMs
  const [waiting] = withCallee(state, { unanswered: null })
  return [{ ...waiting, menu: { heard: state.menu?.heard ?? [], holdingFromMs } }, []]
}

function sentence(state: ConversationState, text: string, happening: Happening): Step | null {
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [])
  const before = state.menu?.heard ?? []
  const known = before.findIndex(one => likeness(one.words, words) >= alike)
  const times = (before[known]?.times ?? 0) + 1
  const counted =
    words.size < fewestWords
      ? before
      : known < 0
        ? [...before, { words, times }].slice(-rememberedSentences)
        : before.map((one, i) => (i === known ? { ...one, times } : one))
  const next: ConversationState = { ...state, menu: { heard: counted, holdingFromMs: null } }
  if (words.size < fewestWords || times < loopTimes) return [next, []]
  const outcome = { ...talked('agent_ended', 'ivr'), errorMessage: 'An automatic menu went round in circles' }
  return finish(next, happening, { outcome, hangUp: true })
}

/** Share of the words of both that both have. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = one.intersection(other).size
  return common / Math.max(1, one.union(other).size)
}
