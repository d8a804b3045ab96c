import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallEventBody } from '@parley/contract/events'
import { type Conversation, converse } from '../../packages/server/src/conversation/converse.ts'
import { firstWords, voiceSession } from '../../packages/server/src/dialer/voice-session.ts'
import type { CallPlan } from '../../packages/server/src/domain/call-plan.ts'
import type { AccountId, CallId } from '../../packages/server/src/domain/ids.ts'
import type { Standby, StandbyClips } from '../../packages/server/src/speech/port.ts'
import { createStandby } from '../../packages/server/src/speech/standby.ts'
import { createVoices, type VoiceParts } from '../../packages/server/src/speech/voices.ts'
import { Callee, type CalleeNotes } from './callee.ts'
import type { PlannedFault } from './faults.ts'
import type { AnsweredPhone, Phones } from './line.ts'
import { openProviders, type Providers } from './providers.ts'

/** Who phones, and what the callee says in which order; µ-law. */
export interface Rehearsal {
  readonly phones: Phones
  readonly local: VoiceParts
  /** With the local engines, as a process keeps it from call to call. */
  readonly standby: Standby
  readonly sentences: readonly Uint8Array[]
}

export interface PlayedCall extends CalleeNotes {
  /** Why the conversation was over; `stuck`: it was not. */
  readonly endReason: string
  /** The call's events but for the prompt, as JSON. */
  readonly told: readonly string[]
}

const longestCallMs = 90_000
/** After the line is down everything of the call has to be over within this time. */
const settledWithinMs = 5_000
const bytesPerMs = 8

/** One call over SIP and RTP with the whole of speech behind it, in the middle of which a provider fails. */
export async function playCall(
  fault: PlannedFault,
  { phones, local, standby: sharedStandby, sentences }: Rehearsal,
): Promise<PlayedCall> {
  await using providers = await openProviders(local)
  const { parts } = providers
  const { reserve: _, ...hostedAlone } = parts
  const used = fault.reserve ? parts : hostedAlone
  const plan = planOf(fault, used)
  const session = voiceSession(plan, { now: Date.now() }, [])
  const abandon = new AbortController()
  await using voice = await createVoices(used).open(session, abandon.signal)
  const first = firstWords(plan)
  if (first) voice.say(first.replyId, first.text)
  const standby = await (fault.reserve ? sharedStandby : createStandby(used)).clipsFor(session)
  if (fault.moment.who === 'nobody_yet') fault.strike(providers)
  const answering = phones.answered(plan.to)
  const order = { to: plan.to, from: null, ringTimeoutMs: 10_000, correlationId: plan.callId }
  await using leg = await phones.carrier.dial({ ...order, onProgress: () => undefined }, abandon.signal)
  const phone = await answering
  const told: string[] = []
  let answered = false
  const report = (event: CallEventBody): void => {
    if (event.type !== 'prompt') told.push(JSON.stringify(event))
    if (event.type === 'transcript' && event.entry.user === 'assistant')
      answered = !event.entry.interrupted && !isFiller(event.entry.text, standby)
  }
  const notes = listenAt(phone, { fault, providers, sentences, wasAnswered: () => answered })
  const talking = converse(
    { plan, prompt: session.prompt, standby },
    {
      leg,
      voice,
      report,
      transfer: async () => ({ done: 'failed', reason: 'nobody is to be reached' }),
      stop: { onStop: () => undefined },
      clock: Date.now,
      newId: randomUUID,
    },
    abandon.signal,
  )
  const conversation = await inTime(talking, phone)
  if (!conversation) abandon.abort()
  return { ...notes(), told, endReason: conversation?.outcome.endReason ?? 'stuck' }
}

/** Null: the talk did not come to its end, or not soon after the callee had hung up. */
async function inTime(talking: Promise<Conversation>, phone: AnsweredPhone): Promise<Conversation | null> {
  const { promise: late, resolve: giveUp } = Promise.withResolvers<null>()
  const longest = setTimeout(() => giveUp(null), longestCallMs)
  phone.onEnd(() => void delay(settledWithinMs, null, { ref: false }).then(giveUp))
  try {
    return await Promise.race([talking, late])
  } finally {
    clearTimeout(longest)
  }
}

/** The callee talks, and the fault strikes when its moment has come. */
function listenAt(
  phone: AnsweredPhone,
  {
    fault,
    providers,
    sentences,
    wasAnswered,
  }: { fault: PlannedFault; providers: Providers; wasAnswered: () => boolean } & Pick<Rehearsal, 'sentences'>,
): () => CalleeNotes {
  const callee = new Callee(
    sentences.map(audio => audio.length / bytesPerMs),
    wasAnswered,
  )
  const { who, turn, afterMs } = fault.moment
  const strikeSoon = (): void => void setTimeout(() => fault.strike(providers), afterMs)
  let agentTurns = 0
  phone.onFrame(frame => {
    const act = callee.hears(frame)
    if (who === 'agent' && callee.agentTurns > agentTurns) {
      agentTurns = callee.agentTurns
      if (agentTurns === turn) strikeSoon()
    }
    if (act?.type === 'say') {
      phone.say(sentences[act.sentence] ?? new Uint8Array())
      if (who === 'callee' && act.sentence + 1 === turn) strikeSoon()
    } else if (act?.type === 'hang_up') void phone.hangUp().catch(() => undefined)
  })
  return () => callee.ended()
}

const isFiller = (text: string, standby: StandbyClips | null): boolean =>
  standby?.fillers.some(filler => filler.text === text) === true

let lastNumber = 0

function planOf({ mode }: PlannedFault, { realtime, brains, synthesizers }: VoiceParts): CallPlan {
  const model = mode === 'realtime' ? realtime[0]?.models.find(one => one.default) : brains[0]?.models[0]
  const voice = mode === 'realtime' ? realtime[0]?.voices[0] : synthesizers[0]?.voices[0]
  return {
    callId: randomUUID() as CallId,
    accountId: randomUUID() as AccountId,
    to: `+1415555${String(1_000 + (lastNumber++ % 9_000))}`,
    from: null,
    prompt: { kind: 'task', text: 'Confirm the appointment tomorrow at three.' },
    firstSentence: 'Hi, this is Sarah from Bright Dental about your appointment tomorrow at three.',
    mode,
    model: model?.id ?? '',
    voice: voice?.id ?? '',
    temperature: null,
    language: 'en-US',
    maxDurationMs: 300_000,
    requestData: {},
    record: false,
  }
}
