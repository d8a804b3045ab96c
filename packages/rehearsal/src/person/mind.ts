import { chooseRule, plainWords, type Situation } from './choose-rule.ts'
import type { Afterwards, Beep, Persona } from './persona.ts'

/**
 * The turn-taking of a simulated person as a pure state machine: (mind, event) → [mind, acts]. The person
 * waits until the agent has stopped, thinks, speaks; may talk into the agent's speech once; and leaves
 * when the persona says so. Time is the media clock of the call in milliseconds and arrives with each
 * event; `tick` comes every few frames and makes whatever is due happen.
 */
export interface Mind {
  readonly agentSpeaking: boolean
  /** First sound of the agent in its present turn, or in its latest. */
  readonly startedMs: number | null
  /** A key of the agent that the person has not yet reacted to. */
  readonly key: string | null
  /** The agent has stopped and the person has not yet reacted. */
  readonly turnEndedMs: number | null
  /** What was recognised since the last reaction. */
  readonly texts: readonly string[]
  /** Pieces of speech whose words are still to come. */
  readonly unheard: number
  readonly turns: number
  readonly silences: number
  /** Since when nobody has spoken. */
  readonly quietSinceMs: number
  readonly planned: Plan | null
  readonly speaking: Line | null
  /** The agent's present speech was talked into: its end is no turn to react to. */
  readonly disregard: boolean
  readonly interrupted: boolean
  readonly opened: boolean
  readonly silent: boolean
  readonly gone: boolean
  /** How often each rule was used. */
  readonly used: readonly number[]
}

export interface Line {
  readonly say?: string | undefined
  readonly digits?: string | undefined
  readonly beep?: Beep | undefined
  readonly next: Afterwards
  readonly interrupting: boolean
}

interface Plan {
  readonly dueMs: number
  readonly rule: number
}

export type MindEvent = { atMs: number } & (
  | { type: 'agent_started' }
  | { type: 'agent_stopped' }
  | { type: 'recognised'; text: string }
  | { type: 'pressed'; key: string }
  /** The person's line has been played to its end. */
  | { type: 'spoke' }
  | { type: 'tick' }
)

export type Act = { type: 'perform'; line: Line } | { type: 'hang_up' } | { type: 'vanish' }
type Step = readonly [Mind, readonly Act[]]

/** Words come a little after speech has ended; the person waits so long for them and no longer. */
const textWaitMs = 2_000

export const freshMind: Mind = {
  agentSpeaking: false,
  startedMs: null,
  key: null,
  turnEndedMs: null,
  texts: [],
  unheard: 0,
  turns: 0,
  silences: 0,
  quietSinceMs: 0,
  planned: null,
  speaking: null,
  disregard: false,
  interrupted: false,
  opened: false,
  silent: false,
  gone: false,
  used: [],
}

export function think(persona: Persona, mind: Mind, event: MindEvent): Step {
  if (mind.gone) return [mind, []]
  switch (event.type) {
    case 'agent_started':
      return [agentStarts(mind, event.atMs), []]
    case 'agent_stopped':
      return [agentStops(mind, event.atMs), []]
    case 'recognised':
      return [recognises(mind, event.text), []]
    case 'pressed':
      return [{ ...mind, key: event.key }, []]
    case 'spoke':
      return afterLine(mind, event.atMs)
    case 'tick':
      return due(persona, mind, event.atMs)
  }
}

function agentStarts(mind: Mind, atMs: number): Mind {
  const unheard = mind.unheard + 1
  return { ...mind, agentSpeaking: true, startedMs: atMs, unheard, turnEndedMs: null, planned: null }
}

/** Every piece of speech brings one text, empty where the words could not be made out. */
function recognises(mind: Mind, text: string): Mind {
  const texts = plainWords(text).trim() === '' ? mind.texts : [...mind.texts, text]
  return { ...mind, texts, unheard: Math.max(0, mind.unheard - 1) }
}

function agentStops(mind: Mind, atMs: number): Mind {
  if (!mind.agentSpeaking) return mind
  const quiet = { ...mind, agentSpeaking: false, quietSinceMs: atMs }
  if (!mind.disregard) return { ...quiet, turnEndedMs: atMs }
  return { ...quiet, disregard: false, texts: [], turns: mind.turns + 1 }
}

function afterLine(mind: Mind, atMs: number): Step {
  if (!mind.speaking) return [mind, []]
  const still = { ...mind, speaking: null, quietSinceMs: atMs }
  return leave(still, mind.speaking.next)
}

function leave(mind: Mind, next: Afterwards): Step {
  switch (next) {
    case 'listen':
      return [mind, []]
    case 'stay_silent':
      return [{ ...mind, silent: true }, []]
    case 'hang_up':
      return [{ ...mind, gone: true }, [{ type: 'hang_up' }]]
    case 'vanish':
      return [{ ...mind, gone: true }, [{ type: 'vanish' }]]
  }
}

function due(persona: Persona, mind: Mind, atMs: number): Step {
  const { vanish, hang_up: hangUp, max_call_ms: longestMs } = persona
  if (vanish && atMs >= vanish.after_ms) return leave(mind, 'vanish')
  if (atMs >= Math.min(longestMs, hangUp?.after_ms ?? longestMs)) return leave(mind, 'hang_up')
  if (mind.speaking || mind.silent) return [mind, []]
  return opens(persona, mind, atMs) ?? interrupts(persona, mind, atMs) ?? reacts(persona, mind, atMs)
}

function opens({ opening }: Persona, mind: Mind, atMs: number): Step | null {
  if (!opening || mind.opened) return null
  if (atMs < opening.after_ms) return [mind, []]
  const { say, beep } = opening
  return perform({ ...mind, opened: true }, { say, beep, next: 'listen', interrupting: false })
}

function interrupts({ interrupt }: Persona, mind: Mind, atMs: number): Step | null {
  if (!interrupt || mind.interrupted || mind.startedMs === null || !mind.agentSpeaking) return null
  if (mind.turns + 1 < interrupt.nth || atMs < mind.startedMs + interrupt.after_ms) return null
  const next = { ...mind, interrupted: true, disregard: true, texts: [], planned: null }
  return perform(next, { say: interrupt.say, next: 'listen', interrupting: true })
}

function reacts(persona: Persona, mind: Mind, atMs: number): Step {
  if (mind.key !== null) return considersKey(persona, mind, mind.key)
  if (mind.agentSpeaking) return [mind, []]
  if (mind.planned) return carriesOut(persona, mind, atMs)
  if (mind.turnEndedMs !== null) return considersTurn(persona, mind, atMs)
  return considersSilence(persona, mind, atMs)
}

function considersKey({ rules }: Persona, mind: Mind, key: string): Step {
  const rule = chooseRule(rules, { type: 'key', nth: 1, key }, mind.used)
  const next = { ...mind, key: null }
  return rule === null ? [next, []] : uses(rules, rule, { ...next, planned: null })
}

function considersTurn(persona: Persona, mind: Mind, atMs: number): Step {
  if (mind.unheard > 0 && atMs < (mind.turnEndedMs ?? 0) + textWaitMs) return [mind, []]
  const { rules } = persona
  const situation: Situation = { type: 'turn', nth: mind.turns + 1, text: mind.texts.join(' ') }
  const rule = chooseRule(rules, situation, mind.used)
  if (rule === null) return [{ ...mind, turns: mind.turns + 1, turnEndedMs: null, texts: [], unheard: 0 }, []]
  const planned = { rule, dueMs: atMs + (rules[rule]?.when.after_ms ?? 0) }
  return carriesOut(persona, { ...mind, planned }, atMs)
}

function considersSilence({ rules }: Persona, mind: Mind, atMs: number): Step {
  const situation: Situation = {
    type: 'silence',
    nth: mind.silences + 1,
    lastedMs: atMs - mind.quietSinceMs,
  }
  const rule = chooseRule(rules, situation, mind.used)
  if (rule === null) return [mind, []]
  return uses(rules, rule, { ...mind, silences: mind.silences + 1, quietSinceMs: atMs })
}

function carriesOut({ rules }: Persona, mind: Mind, atMs: number): Step {
  if (!mind.planned || atMs < mind.planned.dueMs) return [mind, []]
  const next = { ...mind, planned: null, turnEndedMs: null, texts: [], unheard: 0, turns: mind.turns + 1 }
  return uses(rules, mind.planned.rule, next)
}

function uses(rules: Persona['rules'], rule: number, mind: Mind): Step {
  const chosen = rules[rule]
  if (!chosen) return [mind, []]
  const used = rules.map((_, at) => (mind.used[at] ?? 0) + (at === rule ? 1 : 0))
  const { say, digits, next } = chosen
  if (say === undefined && digits === undefined) return leave({ ...mind, used }, next)
  return perform({ ...mind, used }, { say, digits, next, interrupting: false })
}

const perform = (mind: Mind, line: Line): Step => [{ ...mind, speaking: line }, [{ type: 'perform', line }]]
