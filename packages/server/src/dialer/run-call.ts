import type { CallEventBody } from '@parley/contract/events'
import { e164 } from '@parley/contract/fields'
import type { CallPlan } from '../domain/call-plan.ts'
import { broken, unreached } from '../domain/outcome.ts'
import { zonesOf } from '../intake/number-zones.ts'
import { type NetworkEars, type Standby, VoiceFault, type Voices } from '../speech/port.ts'
import type { ClaimedCall } from '../store/attempts.ts'
import { type Carrier, DialFailed } from '../telephony/port.ts'
import { EarlyMedia, NetworkSaidNo } from './early-media.ts'
import type { Reins } from './live-calls.ts'
import { type AttemptEnd, type CallRecords, GivenUp } from './records.ts'
import { redactEvent } from './redact-event.ts'
import type { OpenTools } from './tools/open-tools.ts'
import { talk } from './talk.ts'
import { firstWords, voiceSession } from './voice-session.ts'

export interface RunCallDeps {
  readonly carrier: Carrier
  /** For whoever the callee is to be connected with. */
  readonly secondCarrier: Carrier
  readonly voices: Voices
  readonly networkEars: NetworkEars
  readonly standby: Standby
  /** What the agent can do outside its conversation. */
  readonly openTools: (plan: CallPlan, signal: AbortSignal) => Promise<OpenTools>
  readonly ringTimeoutMs: number
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly newId: () => string
}

/** What belongs to this call alone. */
export interface CallInHand extends Reins {
  readonly call: ClaimedCall
  readonly records: CallRecords
}

/** One call, from claim to outcome. Whatever goes wrong on the way becomes the outcome. */
export async function runCall(inHand: CallInHand, deps: RunCallDeps): Promise<void> {
  const end = await attempt(inHand, deps).catch(endAfterTrouble)
  await inHand.records.end(end)
}

/**
 * A voice is ready before anybody's phone rings, and speaks the first sentence into its buffer while it
 * does: nobody picks up to silence, and nobody is rung for a provider that is down.
 */
async function attempt(
  { call, records, stop, steering, audio }: CallInHand,
  deps: RunCallDeps,
): Promise<AttemptEnd> {
  const { plan } = call
  const { clock, newId } = deps
  await using tools = await deps.openTools(plan, stop.dialing.signal)
  const session = voiceSession(plan, { now: clock(), zones: await zonesOfPerson(plan) }, tools.tools)
  await using voice = await deps.voices.open(session, stop.dialing.signal)
  const first = firstWords(plan)
  if (first) voice.say(first.replyId, first.text)
  const standingBy = deps.standby.clipsFor(session)

  const dial = { to: plan.to, from: plan.from, ringTimeoutMs: deps.ringTimeoutMs, correlationId: call.id }
  await using early = new EarlyMedia(plan, deps.networkEars)
  const order = { ...dial, onProgress: records.progress, hearEarly: early.hear }
  await using leg = await early.during(signal => deps.carrier.dial(order, signal), stop.dialing.signal)
  audio.attach(leg)
  await records.answered(leg, audio)

  const store = records.journal.report
  const report = plan.redactPii ? (event: CallEventBody) => store(redactEvent(event)) : store
  report({ type: 'prompt', text: session.prompt })
  const { mailboxHeard } = early
  // Nobody who has answered waits for words that will hardly be needed.
  const standby = await Promise.race([standingBy, Promise.resolve(null)])
  const told = { plan, prompt: session.prompt, mailboxHeard, standby }
  const { secondCarrier: carrier } = deps
  const openVoice = (signal: AbortSignal) => deps.voices.open(session, signal)
  const conversation = await talk(told, {
    leg,
    voice,
    report,
    stop,
    controls: steering,
    carrier,
    secondLine: records.secondLine,
    openVoice,
    tools,
    clock,
    newId,
  })
  return { ...conversation, networkCode: null }
}

/** Empty where nobody knows: a withheld number, a SIP address. */
async function zonesOfPerson({ direction, from, to }: CallPlan): Promise<readonly string[]> {
  const number = direction === 'inbound' ? from : to
  return number !== null && e164.test(number) ? await zonesOf(number) : []
}

/** Expected trouble is told as it is; anything else is our defect and keeps its stack for the log. */
function endAfterTrouble(error: unknown): AttemptEnd {
  const nothing = { latency: null, networkCode: null }
  if (error instanceof DialFailed)
    return { ...nothing, outcome: unreached(error.callStatus, error.message), networkCode: error.code }
  if (error instanceof GivenUp) return { ...nothing, outcome: broken('node_lost', 'ours', error.message) }
  if (error instanceof NetworkSaidNo) return { ...nothing, outcome: error.outcome }
  if (error instanceof VoiceFault)
    return { ...nothing, outcome: broken('provider_error', 'provider', error.message) }
  if (error instanceof Error && error.name === 'AbortError')
    return { ...nothing, outcome: unreached('cancelled', 'The call was stopped before it was answered') }
  const outcome = broken('carrier_error', 'ours', 'The platform failed during this call')
  return { ...nothing, outcome, defect: error }
}
