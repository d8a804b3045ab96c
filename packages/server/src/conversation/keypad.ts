import type { LegEvent } from '../telephony/port.ts'
import { ask } from './ask.ts'
import { silenceAgent } from './silence-agent.ts'
import { withCallee } from './callee.ts'
import { pressedKeys } from './hints.ts'
import type { Command, Happening } from './happening.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain, report } from './step.ts'
import { isConnecting } from './tools/transfer.ts'

/** Keys pressed one after the other, which the agent gets to know as one number. */
export interface Keypad {
  readonly digits: string
  readonly startMs: number
  readonly endMs: number
}

/** Nobody dials a longer number; what comes after it begins a new one. */
const maxDigits = 64

/** Collects pressed keys until `#`, or until no further one comes, then has the agent answer them. */
export const keypad: Part = (state, happening) => {
  const { event, nowMs } = happening
  if (event.type === 'digit') {
    if (!state.terms.keypad.receive) return [state, [noted(event)]]
    const before = state.keypad ?? { digits: '', startMs: event.atMs, endMs: event.atMs }
    const pressed = { ...before, digits: before.digits + event.digit, endMs: event.atMs }
    const [sounded] = withCallee({ ...state, keypad: pressed }, { lastSoundMs: nowMs })
    const told = [noted(event)]
    const complete = event.digit === '#' || pressed.digits.length >= maxDigits
    return chain([sounded, told], next => (complete ? hand(next, pressed, happening) : [next, []]))
  }
  const waiting = state.keypad
  if (event.type !== 'tick' || !waiting) return null
  return nowMs - waiting.endMs >= state.terms.settings.keypadGapMs ? hand(state, waiting, happening) : null
}

function noted({ digit, atMs }: Extract<LegEvent, { type: 'digit' }>): Command {
  return report({ type: 'digit', digit, at_ms: atMs })
}

function hand(state: ConversationState, { digits, startMs, endMs }: Keypad, happening: Happening): Step {
  const commands: Command[] = [
    { type: 'enter', line: { user: 'dtmf', text: digits, startMs, endMs, interrupted: false } },
    { type: 'tell', text: pressedKeys(digits) },
  ]
  const handed: Step = [{ ...state, keypad: null }, commands]
  if (state.ending.phase !== 'open' || isConnecting(state)) return handed
  return chain(
    handed,
    next => silenceAgent(next, happening),
    next => ask(next, { purpose: 'answer' }, happening.nowMs),
  )
}
