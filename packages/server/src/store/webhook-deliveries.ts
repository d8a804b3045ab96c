import type { ListDeliveriesQuery } from '@parley/contract/webhooks'
import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import type { AccountId, CallId, WebhookId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'

/** Messages as customers look at them: what was sent where, and what became of it. */

export type DeliveryRow = Omit<Selectable<Tables['webhook_deliveries']>, 'details' | 'sequence' | 'body'>

const columns = [
  'id',
  'account_id',
  'call_id',
  'subscription_id',
  'event_id',
  'event',
  'url',
  'status',
  'tries',
  'next_try_at',
  'delivered_at',
  'last_http_status',
  'last_error',
  'created_at',
] as const

interface DeliveryOf {
  readonly account: AccountId
  readonly id: string
}

/** The account's messages, newest first. An unusable cursor throws RangeError. */
export async function listDeliveries(
  { kysely }: Database,
  account: AccountId,
  filter: ListDeliveriesQuery,
): Promise<Page<DeliveryRow>> {
  let query = kysely.selectFrom('webhook_deliveries').select(columns).where('account_id', '=', account)
  if (filter.cursor !== undefined) query = query.where('id', '<', decodeCursor(filter.cursor))
  if (filter.webhook_id !== undefined)
    query = query.where('subscription_id', '=', filter.webhook_id as WebhookId)
  if (filter.call_id !== undefined) query = query.where('call_id', '=', filter.call_id as CallId)
  if (filter.event !== undefined) query = query.where('event', '=', filter.event)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOfRows(rows, filter.limit)
}

/** Null where the account has no such message. */
export async function findDelivery(
  { kysely }: Pick<Database, 'kysely'>,
  of: DeliveryOf,
): Promise<(DeliveryRow & { body: string | null }) | null> {
  if (!isUuid(of.id)) return null
  const row = await kysely
    .selectFrom('webhook_deliveries')
    .select(columns)
    .select('body')
    .where('account_id', '=', of.account)
    .where('id', '=', of.id)
    .executeTakeFirst()
  return row ?? null
}

/**
 * Has a message that is done with sent again, with the id and the bytes it had, and all its tries before it. Null: it
 * is being tried, or there is none.
 */
export async function redeliver(trx: Transaction, of: DeliveryOf): Promise<DeliveryRow | null> {
  if (!isUuid(of.id)) return null
  const row = await trx
    .updateTable('webhook_deliveries')
    .set({ status: 'pending', tries: 0, next_try_at: sql<Date>`now()`, delivered_at: null, last_error: null })
    .where('account_id', '=', of.account)
    .where('id', '=', of.id)
    .where('status', '!=', 'pending')
    .returning(columns)
    .executeTakeFirst()
  return row ?? null
}

/** Queues a message to a subscription that tells of nothing: to try out the receiver. */
export async function insertTestDelivery(
  trx: Transaction,
  to: { readonly id: WebhookId; readonly account_id: AccountId; readonly url: string },
): Promise<DeliveryRow> {
  const eventId = newId()
  const event = 'webhook.test'
  const body = { event, event_id: eventId, occurred_at: new Date().toISOString(), webhook_id: to.id }
  return await trx
    .insertInto('webhook_deliveries')
    .values({
      id: newId(),
      account_id: to.account_id,
      subscription_id: to.id,
      event_id: eventId,
      event,
      url: to.url,
      body: JSON.stringify(body),
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
}
