import { setTimeout as delay } from 'node:timers/promises'
import { answerOffer } from '@parley/wire/sdp/answer'
import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import { holdCall, type Faculties } from './hold-call.ts'
import type { Persona } from './persona.ts'
import type { Note } from './person-event.ts'

export interface TakeCall {
  readonly persona: Persona
  readonly dialled: string
  readonly media: MediaEngine
  readonly faculties: Faculties
  readonly log: Note
  /** From now on nothing that belongs to this call is answered. */
  readonly vanish: () => void
}

/** A phone that nobody picks up is not left ringing longer than this. */
const longestRingMs = 600_000

/** One call at the person's phone, from the first ring to its end. */
export async function takeCall(incoming: IncomingCall, task: TakeCall, signal: AbortSignal): Promise<void> {
  const { persona, log } = task
  log({ event: 'rang', persona: persona.name, from: incoming.from, dialled: task.dialled })
  incoming.ring(180)
  const { answer } = persona
  const ringMs = answer.does === 'rings' ? longestRingMs : answer.ring_ms
  const giveUp = AbortSignal.any([signal, incoming.cancelled])
  await delay(ringMs, undefined, { signal: giveUp }).catch(() => undefined)
  if (incoming.cancelled.aborted) return log({ event: 'cancelled' })
  if (answer.does === 'picks_up' && !signal.aborted) return await pickUp(incoming, task, giveUp)
  const status = answer.does === 'refuses' ? answer.status : 480
  incoming.reject(status, answer.does === 'refuses' ? answer.reason : undefined)
  log({ event: 'refused', status })
}

async function pickUp(incoming: IncomingCall, task: TakeCall, signal: AbortSignal): Promise<void> {
  if (incoming.sdp === undefined) return incoming.reject(488)
  await using stream = await task.media.openStream(signal)
  const answer = answerOffer(incoming.sdp, { address: { host: stream.host, port: stream.port } })
  stream.start(answer.media)
  const call = await incoming.accept(answer.sdp, signal)
  task.log({ event: 'answered', codec: answer.media.codec.name }, 0)
  await holdCall(call, { ...task, stream }, signal)
}
