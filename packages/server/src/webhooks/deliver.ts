import type { Logger } from 'pino'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { Outgoing } from '../outgoing/outgoing.ts'
import { OutgoingFault } from '../outgoing/outgoing-fault.ts'
import type { Database } from '../store/database.ts'
import { type ClaimedDelivery, freezeBody, recordTry } from '../store/outbox.ts'
import { signWebhook } from './sign.ts'
import { type Answer, verdictOf } from './verdict.ts'

export interface DeliverDeps {
  readonly database: Database
  readonly outgoing: Outgoing
  /** The flat call object of the API; null when the call is gone. */
  readonly callObject: (callId: CallId, accountId: AccountId) => Promise<object | null>
  /** The account's signing secrets: the current one, and the one before while it is being changed. */
  readonly secretsOf: (accountId: AccountId) => Promise<readonly string[]>
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Hears of each try; absent: nobody counts them. `ageMs`: since the event. */
  readonly onTry?: (made: { result: 'delivered' | 'retry' | 'failed'; ageMs: number }) => void
}

/** For one try, from the look-up of the name to the head of the answer, in milliseconds. */
const tryTimeoutMs = 15_000

/** One try of a delivery, its result written. Rejects when the database does, or when `signal` cut the try short. */
export async function deliver(
  delivery: ClaimedDelivery,
  deps: DeliverDeps,
  signal: AbortSignal,
): Promise<void> {
  const body = delivery.body ?? (await makeBody(delivery, deps))
  if (body === null) {
    const result = { next: 'none', status: 'failed', httpStatus: null, error: 'the call is gone' } as const
    return await recordTry(deps.database.kysely, delivery, result)
  }
  const answer = await post({ delivery, body }, deps, signal)
  const result = verdictOf(answer, delivery.tries + 1, deps.clock())
  await recordTry(deps.database.kysely, delivery, result)
  deps.onTry?.({
    result: result.next === 'retry' ? 'retry' : result.status,
    ageMs: deps.clock() - delivery.created_at.getTime(),
  })
  const fields = { delivery: delivery.id, event: delivery.event, tries: delivery.tries + 1 }
  if ('error' in result)
    deps.log.warn({ ...fields, next: result.next, reason: result.error }, 'webhook not taken')
  else deps.log.info({ ...fields, status: result.httpStatus }, 'webhook delivered')
}

/** Made once, from the call as it is at the first try: every later try sends the very same bytes. */
async function makeBody(delivery: ClaimedDelivery, deps: DeliverDeps): Promise<string | null> {
  const { call_id, account_id } = delivery
  const call = call_id === null ? {} : await deps.callObject(call_id, account_id)
  if (call === null) return null
  const event = {
    event: delivery.event,
    event_id: delivery.id,
    occurred_at: delivery.created_at.toISOString(),
  }
  return await freezeBody(deps.database.kysely, delivery.id, JSON.stringify({ ...call, ...event }))
}

async function post(
  { delivery, body }: { delivery: ClaimedDelivery; body: string },
  deps: DeliverDeps,
  signal: AbortSignal,
): Promise<Answer> {
  const secrets = await deps.secretsOf(delivery.account_id)
  const timestamp = Math.floor(deps.clock() / 1_000)
  const headers = {
    'content-type': 'application/json',
    ...signWebhook(secrets, { id: delivery.id, timestamp, body }),
  }
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(tryTimeoutMs)])
  try {
    await using answer = await deps.outgoing.request(
      delivery.url,
      { method: 'POST', headers, body },
      deadline,
    )
    return { type: 'answered', status: answer.status, retryAfter: answer.header('retry-after') }
  } catch (error) {
    // Cut short by us, the receiver has not failed: the delivery goes back untried.
    if (signal.aborted || !(error instanceof OutgoingFault)) throw error
    return { type: 'unanswered', reason: error.message }
  }
}
