import type { Logger } from 'pino'
import type { RingingCall } from '../intake/receive-call.ts'
import type { ClaimedCall } from '../store/attempts.ts'
import type { AnsweredNumber } from '../store/inbound-numbers.ts'
import type { Arrival, Carrier, Refusal } from '../telephony/port.ts'

export interface ReceiveDeps {
  /** Who answers, or why nobody does; `challenged`: the caller was asked for proof, and may come again with it. */
  readonly findNumber: () => Promise<AnsweredNumber | Refusal | 'challenged'>
  readonly hasRoom: () => boolean
  /** Null: the limits of its trunk are reached. */
  readonly accept: (ringing: RingingCall) => Promise<ClaimedCall | null>
  /** Holds the call; its first leg is the caller who rings. */
  readonly hold: (call: ClaimedCall, arrival: Arrival) => void
  readonly log: Logger
}

/**
 * A call from outside, from its first sign to the moment when it is a call like any other. Strangers learn
 * nothing: whatever number they try, the answer is the same. Never rejects.
 */
export async function receiveCall(arrival: Arrival, deps: ReceiveDeps): Promise<void> {
  try {
    await receive(arrival, deps)
  } catch (error) {
    deps.log.error({ err: error }, 'a call that came in could not be taken')
    arrival.refuse('unavailable')
  }
}

async function receive(arrival: Arrival, deps: ReceiveDeps): Promise<void> {
  const { to, from, providerCallId } = arrival
  const number = await deps.findNumber()
  if (number === 'challenged') return
  if (typeof number === 'string') return arrival.refuse(number)
  if (!deps.hasRoom()) return arrival.refuse('unavailable')
  const call = await deps.accept({ number, to, from, providerCallId })
  if (call === null) return arrival.refuse('busy')
  arrival.ring()
  deps.hold(call, arrival)
}

/** The line of a call that came in: the caller who rings. */
export function lineOf(arrival: Pick<Arrival, 'answer'>): Carrier {
  return { dial: (_request, signal) => arrival.answer(signal) }
}
