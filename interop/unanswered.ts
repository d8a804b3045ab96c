import { equal } from 'node:assert/strict'
import { InviteFailed } from '@parley/wire/sip/user-agent'
import type { OutgoingFlow } from './flow.ts'

/** How a call failed that must not be established. */
export async function failureOf(call: Promise<unknown>): Promise<InviteFailed> {
  const error = await call.then(
    () => new Error('the call was established'),
    (reason: unknown) => reason,
  )
  if (error instanceof InviteFailed) return error
  throw error
}

const impatienceMs = 200

/** Gives up: when it rings, or after a moment without any answer. */
export const cancelled =
  (ringing: string | undefined): OutgoingFlow['play'] =>
  async (peer, port) => {
    const patience = new AbortController()
    const giveUp = (): void => patience.abort()
    if (ringing === undefined) setTimeout(giveUp, impatienceMs)
    const order = { onProgress: () => void (ringing === undefined || setTimeout(giveUp, 50)) }
    const failure = await failureOf(peer.call(port, order, patience.signal))
    equal(failure.kind, 'cancelled')
  }
