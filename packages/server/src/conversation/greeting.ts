import { withAgent } from './agent.ts'
import type { Command, Happening } from './happening.ts'
import type { ConversationState, Part, Step } from './state.ts'

/**
 * Where the callee is to speak first, the agent's first words are made all the same, and held back before the line's
 * queue: what the line would be told, in order.
 */
export interface HeldWords {
  readonly commands: readonly Command[]
  readonly heldMs: number
}

export const nothingHeld: HeldWords = { commands: [], heldMs: 0 }

const bytesPerMs = 8

/** Lets the first words go when the callee has greeted, or when nobody does. */
export const greeting: Part = (state, happening) => {
  if (!state.held || !isGreeted(state, happening)) return null
  return [{ ...state, held: null }, state.held.commands]
}

/** From the end of the callee's "hello" on: by level, since every other way to know takes longer. */
function isGreeted(
  { answer: { sound }, terms: { settings } }: ConversationState,
  { event, nowMs, elapsedMs }: Happening,
): boolean {
  if (event.type === 'sound') return !event.sounding
  if (event.type !== 'tick') return false
  const waitedMs = Math.max(nowMs, elapsedMs)
  if (waitedMs >= settings.greetingLimitMs) return true
  return sound.stretchFromMs === null && waitedMs >= settings.greetingWaitMs
}

/** The first words are not to be said: a machine has answered. */
export function withoutFirstWords(state: ConversationState): ConversationState {
  return withAgent({ ...state, held: null }, { openingDue: false })
}

/** Keeps what is for the line's queue until the callee has greeted. */
export function holdBack([state, commands]: Step): Step {
  if (!state.held || !commands.some(isForQueue)) return [state, commands]
  const held = commands.reduce(keep, state.held)
  return [{ ...state, held }, commands.filter(command => !isForQueue(command))]
}

function isForQueue({ type }: Command): boolean {
  return type === 'play' || type === 'mark' || type === 'clear'
}

function keep({ commands, heldMs }: HeldWords, command: Command): HeldWords {
  if (command.type === 'clear') return nothingHeld
  if (!isForQueue(command)) return { commands, heldMs }
  const lastsMs = command.type === 'play' ? command.audio.length / bytesPerMs : 0
  return { commands: [...commands, command], heldMs: heldMs + lastsMs }
}
