import type { FilterValue } from '@parley/contract/webhooks'
import { sql } from 'kysely'
import type { AccountId, CallId, WebhookId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Database, Transaction } from './database.ts'

/** Events that wait to be shared out among the account's subscriptions. */

export interface WaitingEvent {
  readonly id: string
  readonly account_id: AccountId
  readonly call_id: CallId | null
  readonly event: string
  readonly details: Readonly<Record<string, unknown>> | null
  readonly sequence: string
  readonly occurred_at: Date
}

/** After an event could not be shared out, in seconds. */
const pauseSeconds = 60

/** Events that are due, oldest first. */
export async function findWaitingEvents({ kysely }: Database, limit: number): Promise<string[]> {
  const rows = await kysely
    .selectFrom('webhook_events')
    .select('id')
    .where('due_at', '<=', sql<Date>`now()`)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(row => row.id)
}

/** Takes an event out, if and only if the transaction commits. Null: another process has it. */
export async function takeEvent(trx: Transaction, id: string): Promise<WaitingEvent | null> {
  const taken = await sql<WaitingEvent>`
    delete from webhook_events where id = (select id from webhook_events where id = ${id} for update skip locked)
    returning id, account_id, call_id, event, details, sequence, occurred_at`.execute(trx)
  return taken.rows[0] ?? null
}

/** Leaves an event for later, so that it holds up no others. */
export async function postponeEvent({ kysely }: Database, id: string): Promise<void> {
  await kysely
    .updateTable('webhook_events')
    .set({ due_at: sql<Date>`now() + make_interval(secs => ${pauseSeconds})` })
    .where('id', '=', id)
    .execute()
}

export interface Subscriber {
  readonly id: WebhookId
  readonly url: string
  readonly filters: Readonly<Record<string, FilterValue>>
}

/** Subscriptions to the event that are on. */
export async function subscribersOf(
  trx: Transaction,
  { account_id, event }: Pick<WaitingEvent, 'account_id' | 'event'>,
): Promise<Subscriber[]> {
  return await trx
    .selectFrom('webhook_subscriptions')
    .select(['id', 'url', 'filters'])
    .where('account_id', '=', account_id)
    .where('event', '=', event)
    .where('enabled', '=', true)
    .orderBy('id')
    .execute()
}

/** One message to each of the subscribers, of the very same body. */
export async function insertDeliveries(
  trx: Transaction,
  event: WaitingEvent,
  o: { subscribers: readonly Subscriber[]; body: string },
): Promise<void> {
  if (o.subscribers.length === 0) return
  await trx
    .insertInto('webhook_deliveries')
    .values(
      o.subscribers.map(({ id, url }) => ({
        id: newId(),
        account_id: event.account_id,
        call_id: event.call_id,
        subscription_id: id,
        event_id: event.id,
        event: event.event,
        url,
        sequence: event.sequence,
        body: o.body,
      })),
    )
    .execute()
}
