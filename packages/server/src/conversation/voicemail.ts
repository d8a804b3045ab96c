import { talked } from '../domain/outcome.ts'
import { has } from './agent.ts'
import { quietForMs } from './answering/callee-sound.ts'
import { signalOf } from './answering/line-signals.ts'
import type { Machine } from './answering/machine.ts'
import { ask } from './ask.ts'
import { finish } from './ending.ts'
import type { Happening } from './happening.ts'
import { withoutFirstWords } from './greeting.ts'
import { silenceAgent } from './silence-agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain, report } from './step.ts'

type Mailbox = Extract<Machine, { kind: 'mailbox' }>
type Greeting = Extract<Mailbox, { phase: 'greeting' }>
type Leaving = Extract<Mailbox, { phase: 'leaving' }>

/** A mailbox that never falls silent records nothing. */
const longestGreetingMs = 60_000
/** The longest message takes about two minutes to say. */
const longestMessageMs = 150_000
/** The greeting goes on after all when it is heard for so long under the message. Shorter is echo or a click. */
const resumedMs = 800

/** Does with a mailbox what the customer wants: talks on, hangs up, or leaves the message. */
export function metMailbox(state: ConversationState, happening: Happening): Step {
  const { action } = state.terms.voicemail
  if (action === 'ignore') return [state, []]
  if (action === 'hang_up') return leaveMailbox(state, happening, null)
  const machine: Greeting = { kind: 'mailbox', phase: 'greeting', sinceMs: happening.nowMs, resumed: false }
  return chain(silenceAgent(withoutFirstWords(state), happening), next => [{ ...next, machine }, []])
}

/**
 * Waits for the beep, or for a silence where none comes; says the message, again from its start when the beep comes
 * only then, so that the recording holds it whole; and hangs up after its last sample.
 */
export const voicemail: Part = (state, happening) => {
  const { machine } = state
  if (machine?.kind !== 'mailbox' || state.ending.phase !== 'open') return null
  return machine.phase === 'greeting'
    ? awaitBeep(state, machine, happening)
    : leaveMessage(state, machine, happening)
}

function awaitBeep(
  state: ConversationState,
  { sinceMs, resumed }: Greeting,
  happening: Happening,
): Step | null {
  const { event, nowMs } = happening
  if (isBeep(state, event)) return sayMessage(state, { begunBy: 'beep', resumed, happening })
  if (event.type !== 'tick') return null
  const { sound } = state.answer
  const quietMs = state.callee.speaking
    ? 0
    : Math.min(quietForMs(sound, nowMs), nowMs - sinceMs + quietBefore)
  if (quietMs >= state.terms.settings.mailboxSilenceMs)
    return sayMessage(state, { begunBy: 'silence', resumed, happening })
  if (nowMs - sinceMs < longestGreetingMs) return null
  return leaveMailbox(state, happening, 'The mailbox never began to record: no message was left')
}

/** Words are understood some time after they were said; that much silence before the verdict counts. */
const quietBefore = 1_000

function leaveMessage(state: ConversationState, machine: Leaving, happening: Happening): Step | null {
  const { event, nowMs } = happening
  const { fromMs, begunBy, resumed } = machine
  if (isBeep(state, event) && event.tone.toMs > fromMs + 200)
    return chain(silenceAgent(state, happening), next =>
      sayMessage(next, { begunBy: 'beep', resumed, happening }),
    )
  if (event.type !== 'tick') return null
  const { fromMs: soundFromMs } = state.answer.sound
  if (
    begunBy === 'silence' &&
    !resumed &&
    soundFromMs !== null &&
    nowMs - Math.max(soundFromMs, fromMs) >= resumedMs
  ) {
    const greeting: Greeting = { kind: 'mailbox', phase: 'greeting', sinceMs: nowMs, resumed: true }
    return chain(silenceAgent(state, happening), next => [{ ...next, machine: greeting }, []])
  }
  if (nowMs - fromMs >= longestMessageMs)
    return leaveMailbox(state, happening, 'The message could not be left whole')
  if (has(state.agent, 'message') || nowMs - state.agent.lastSoundMs < state.terms.settings.lingerMs)
    return null
  const left = report({ type: 'voicemail_message', state: 'left', at_ms: nowMs })
  return chain([state, [left]], next => leaveMailbox(next, happening, null))
}

function isBeep(
  { answer: { tones }, terms: { fastBusy } }: ConversationState,
  event: Happening['event'],
): event is Extract<Happening['event'], { type: 'tone' }> {
  if (event.type !== 'tone') return false
  const signal = signalOf(tones, { fastBusy })
  return signal === 'beep' || signal === 'ringback'
}

function sayMessage(
  state: ConversationState,
  { begunBy, resumed, happening }: Pick<Leaving, 'begunBy' | 'resumed'> & { happening: Happening },
): Step {
  const { nowMs } = happening
  const { voicemail: plan } = state.terms
  if (plan.action !== 'leave_message') return [state, []]
  const machine: Leaving = { kind: 'mailbox', phase: 'leaving', fromMs: nowMs, begunBy, resumed }
  const begun = report({ type: 'voicemail_message', state: 'started', at_ms: nowMs })
  return chain([{ ...state, machine }, [begun]], next =>
    ask(next, { purpose: 'message', say: plan.message }, nowMs),
  )
}

function leaveMailbox(state: ConversationState, happening: Happening, errorMessage: string | null): Step {
  const outcome = { ...talked('voicemail', 'voicemail'), errorMessage }
  return finish(state, happening, { outcome, hangUp: true })
}
