import type { CallEventBody, TranscriptEntry } from '@parley/contract/events'
import type { CallPlan } from '../domain/call-plan.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { StandbyClips, Voice } from '../speech/port.ts'
import type { Leg } from '../telephony/port.ts'
import { advance, begin } from './advance.ts'
import { type ControlRequests, noControls } from './control-requests.ts'
import { carryOut, type Hands, type TransferCallee } from './carry-out.ts'
import { Ears } from './ears.ts'
import type { ConversationEvent } from './happening.ts'
import { type CallLatency, summarize } from './latency.ts'
import { openMailbox } from './mailbox.ts'
import type { ConversationSettings } from './settings.ts'
import { termsOf } from './terms.ts'
import { noOutsideTools, type OutsideTools } from './tools/outside.ts'
import { openTranscript } from './transcript.ts'

export interface Conversation {
  readonly outcome: Outcome
  readonly transcript: readonly TranscriptEntry[]
  readonly latency: CallLatency
}

export interface CallInTalk {
  readonly plan: CallPlan
  readonly prompt: string
  /** Before the call was answered; absent: none was. */
  readonly mailboxHeard?: boolean
  /** Made beforehand, for when the voice is silent; absent: nothing could be. */
  readonly standby?: StandbyClips | null
}

/** A customer's wish to end the call; one that came before listening is told at once. */
export interface StopRequests {
  onStop(listener: (how: 'now' | 'farewell') => void): void
}

export interface ConversationParts {
  readonly leg: Leg
  readonly voice: Voice
  readonly report: (event: CallEventBody) => void
  readonly stop: StopRequests
  /** Absent: nobody steers the call. */
  readonly controls?: ControlRequests
  readonly transfer: TransferCallee
  /** Absent: the agent can do nothing outside. */
  readonly tools?: OutsideTools
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly newId: () => string
  readonly settings?: Partial<ConversationSettings>
}

const tickEveryMs = 20
const tick: ConversationEvent = { type: 'tick' }

/**
 * Talks to the callee until the conversation is over, however it ends; the line is down when this
 * resolves. What happens goes into one mailbox, `advance` decides, and its commands are carried out.
 * The leg and the voice stay the caller's to dispose. Rejects only for a defect.
 */
export async function converse(
  call: CallInTalk,
  parts: ConversationParts,
  signal: AbortSignal,
): Promise<Conversation> {
  const { leg, voice, report, stop, clock, newId, tools = noOutsideTools, controls = noControls } = parts
  let state = begin(termsOf(call, { ...voice.capabilities, outside: tools.tools }, parts.settings))
  const answeredAt = clock() - leg.positionMs
  const transcript = openTranscript({ answeredAt, newId })
  const end = Promise.withResolvers<{ outcome: Outcome; hangUp: boolean }>()
  const over = new AbortController()
  const ears = new Ears(leg, voice)
  const hands: Hands = {
    leg,
    speaker: ears.speaker,
    voice,
    transcript,
    report,
    finish: end.resolve,
    transfer: parts.transfer,
    tools,
    settleControl: (id, fault) => controls.settle(id, fault),
    post: event => post(event),
    over: over.signal,
  }

  const { post, close } = openMailbox<ConversationEvent>(event => {
    const [next, commands] = advance(state, {
      nowMs: leg.positionMs,
      queuedMs: leg.speaker.queuedMs,
      loudUntilMs: ears.loudUntilMs,
      elapsedMs: clock() - answeredAt,
      event,
    })
    state = next
    for (const command of commands) carryOut(command, hands)
  }, end.reject)

  const ticking = setInterval(() => post(tick), tickEveryMs)
  const abandon = () => post({ type: 'abandoned' })
  signal.addEventListener('abort', abandon)
  try {
    ears.open(post)
    leg.listen(post)
    voice.listen(post)
    post({ type: 'began' })
    stop.onStop(how => post({ type: 'stop', how }))
    controls.onControl(control => post({ type: 'control', control }))
    if (signal.aborted) abandon()
    const { outcome, hangUp } = await end.promise
    if (hangUp) await leg.hangUp().catch(error => report(lineFault(error, leg.positionMs)))
    return { outcome, transcript: transcript.entries(), latency: summarize(state.latency) }
  } finally {
    controls.onControl(null)
    close()
    over.abort()
    clearInterval(ticking)
    signal.removeEventListener('abort', abandon)
  }
}

/** A line that can not be hung up in order is given up; the talk is over all the same. */
function lineFault(error: unknown, positionMs: number): CallEventBody {
  const detail = `Hanging up: ${error instanceof Error ? error.message : 'failed'}`
  return { type: 'fault', source: 'line', detail, at_ms: positionMs }
}
