import type { Logger } from 'pino'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { Outgoing } from '../outgoing/outgoing.ts'
import { OutgoingFault } from '../outgoing/outgoing-fault.ts'
import type { Database } from '../store/database.ts'
import { type ClaimedDelivery, freezeBody, recordTry, type TryResult } from '../store/outbox.ts'
import { disableSubscription } from '../store/webhook-subscriptions.ts'
import { messageOf } from './message.ts'
import { signWebhook } from './sign.ts'
import { type Answer, gone, verdictOf } from './verdict.ts'

export interface DeliverDeps {
  readonly database: Database
  readonly outgoing: Outgoing
  /** The flat call object of the API; null when the call is gone. */
  readonly callObject: (callId: CallId, accountId: AccountId) => Promise<object | null>
  /** What signs the message: the current secret, and the one before while it is being changed. */
  readonly secretsOf: (
    delivery: Pick<ClaimedDelivery, 'account_id' | 'subscription_id'>,
  ) => Promise<readonly string[]>
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
  await record(delivery, result, deps)
  deps.onTry?.({
    result: result.next === 'retry' ? 'retry' : result.status,
    ageMs: deps.clock() - delivery.created_at.getTime(),
  })
  const fields = { delivery: delivery.id, event: delivery.event, tries: delivery.tries + 1 }
  if ('error' in result)
    deps.log.warn({ ...fields, next: result.next, reason: result.error }, 'webhook not taken')
  else deps.log.info({ ...fields, status: result.httpStatus }, 'webhook delivered')
}

/** A receiver that wants no more takes its subscription with it. */
async function record(
  delivery: ClaimedDelivery,
  result: TryResult,
  { database, log }: DeliverDeps,
): Promise<void> {
  const { subscription_id: id, account_id: account } = delivery
  const isGone = result.next === 'none' && result.status === 'failed' && result.httpStatus === gone
  if (id === null || !isGone) return await recordTry(database.kysely, delivery, result)
  await database.kysely.transaction().execute(async trx => {
    await recordTry(trx, delivery, result)
    await disableSubscription(trx, { account, id, reason: result.error })
  })
  log.warn({ subscription: id }, 'a subscription is off: its receiver answered 410')
}

/** Made once, from the call as it is at the first try: every later try sends the very same bytes. */
async function makeBody(delivery: ClaimedDelivery, deps: DeliverDeps): Promise<string | null> {
  const { id, call_id, account_id, event, created_at: occurredAt, sequence, details } = delivery
  const call = call_id === null ? null : await deps.callObject(call_id, account_id)
  if (call_id !== null && call === null) return null
  const message = messageOf(call, { event, eventId: delivery.event_id ?? id, occurredAt, sequence, details })
  return await freezeBody(deps.database.kysely, id, JSON.stringify(message))
}

async function post(
  { delivery, body }: { delivery: ClaimedDelivery; body: string },
  deps: DeliverDeps,
  signal: AbortSignal,
): Promise<Answer> {
  const secrets = await deps.secretsOf(delivery)
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
