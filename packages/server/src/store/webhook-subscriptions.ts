import { randomBytes } from 'node:crypto'
import type { ChangeWebhook, CreateWebhook } from '@parley/contract/webhooks'
import type { Page } from '@parley/contract/page'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { AccountId, WebhookId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { Tables } from './tables.ts'
import { storableJson } from './storable-json.ts'

/** Standing wishes to hear of an account's events. */

export type SubscriptionRow = Omit<
  Selectable<Tables['webhook_subscriptions']>,
  'secret_sealed' | 'previous_secret_sealed' | 'previous_secret_until'
>

const columns = [
  'id',
  'account_id',
  'event',
  'url',
  'filters',
  'enabled',
  'disabled_reason',
  'created_at',
  'updated_at',
] as const

/** How long the secret before a rotation signs beside the new one, in seconds. */
const overlapSeconds = 24 * 3_600
const secretBytes = 32

interface SubscriptionOf {
  readonly account: AccountId
  readonly id: string
}

/** `whsec_…`: 256 random bits, in the form of Standard Webhooks. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString('base64')}`
}

/** Subscriptions of the account, those that are off included. Locked against others that count, until the transaction ends. */
export async function countSubscriptions(trx: Transaction, account: AccountId): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`webhooks ${account}`}, 0))`.execute(trx)
  const { count } = await trx
    .selectFrom('webhook_subscriptions')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('account_id', '=', account)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function insertSubscription(
  trx: Transaction,
  o: { account: AccountId; wanted: CreateWebhook; sealedSecret: string },
): Promise<SubscriptionRow> {
  const { event, url, filters } = o.wanted
  return await trx
    .insertInto('webhook_subscriptions')
    .values({
      id: newId<WebhookId>(),
      account_id: o.account,
      event,
      url,
      filters: storableJson(filters),
      secret_sealed: o.sealedSecret,
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** Null where the account has no such subscription: another account's is none. */
export async function findSubscription(
  { kysely }: Pick<Database, 'kysely'>,
  of: SubscriptionOf,
): Promise<SubscriptionRow | null> {
  if (!isUuid(of.id)) return null
  const row = await kysely
    .selectFrom('webhook_subscriptions')
    .select(columns)
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as WebhookId)
    .executeTakeFirst()
  return row ?? null
}

/** The account's subscriptions, newest first. An unusable cursor throws RangeError. */
export async function listSubscriptions(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<SubscriptionRow>> {
  let query = kysely.selectFrom('webhook_subscriptions').select(columns).where('account_id', '=', account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as WebhookId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** Null where the account has no such subscription. Turning one on forgets why it was off. */
export async function changeSubscription(
  trx: Transaction,
  of: SubscriptionOf,
  { event, url, filters, enabled }: ChangeWebhook,
): Promise<SubscriptionRow | null> {
  if (!isUuid(of.id)) return null
  const row = await trx
    .updateTable('webhook_subscriptions')
    .set({
      updated_at: sql<Date>`now()`,
      ...(event === undefined ? {} : { event }),
      ...(url === undefined ? {} : { url }),
      ...(filters === undefined ? {} : { filters: storableJson(filters) }),
      ...(enabled === undefined ? {} : { enabled, disabled_reason: null }),
    })
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as WebhookId)
    .returning(columns)
    .executeTakeFirst()
  return row ?? null
}

/** False where the account has no such subscription. Messages that wait are not sent any more. */
export async function deleteSubscription(trx: Transaction, of: SubscriptionOf): Promise<boolean> {
  if (!isUuid(of.id)) return false
  await failWaiting(trx, {
    account: of.account,
    id: of.id as WebhookId,
    reason: 'the subscription was deleted',
  })
  const deleted = await trx
    .deleteFrom('webhook_subscriptions')
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as WebhookId)
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

/** Turns a subscription off, together with its messages that wait: its receiver wants no more. */
export async function disableSubscription(
  trx: Kysely<Tables>,
  o: { account: AccountId; id: WebhookId; reason: string },
): Promise<void> {
  await trx
    .updateTable('webhook_subscriptions')
    .set({ enabled: false, disabled_reason: o.reason, updated_at: sql<Date>`now()` })
    .where('id', '=', o.id)
    .execute()
  await failWaiting(trx, o)
}

async function failWaiting(
  trx: Kysely<Tables>,
  { account, id, reason }: { account: AccountId; id: WebhookId; reason: string },
): Promise<void> {
  await trx
    .updateTable('webhook_deliveries')
    .set({ status: 'failed', last_error: reason })
    .where('account_id', '=', account)
    .where('subscription_id', '=', id)
    .where('status', '=', 'pending')
    .execute()
}

/** Puts a new secret in place; the one before signs, too, until the moment that is answered. Null: no such subscription. */
export async function rotateSubscriptionSecret(
  trx: Transaction,
  of: SubscriptionOf,
  sealedSecret: string,
): Promise<Date | null> {
  if (!isUuid(of.id)) return null
  const row = await trx
    .updateTable('webhook_subscriptions')
    .set({
      previous_secret_sealed: sql<string>`secret_sealed`,
      previous_secret_until: sql<Date>`now() + make_interval(secs => ${overlapSeconds})`,
      secret_sealed: sealedSecret,
      updated_at: sql<Date>`now()`,
    })
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as WebhookId)
    .returning('previous_secret_until')
    .executeTakeFirst()
  return row?.previous_secret_until ?? null
}

/** As `rotateSubscriptionSecret`, for what signs messages to the `webhook_url` of calls, and tool calls. */
export async function rotateAccountSecret(
  trx: Transaction,
  account: AccountId,
  sealedSecret: string,
): Promise<Date> {
  const row = await trx
    .updateTable('accounts')
    .set({
      previous_webhook_secret_sealed: sql<string>`webhook_secret_sealed`,
      previous_webhook_secret_until: sql<Date>`now() + make_interval(secs => ${overlapSeconds})`,
      webhook_secret_sealed: sealedSecret,
    })
    .where('id', '=', account)
    .returning('previous_webhook_secret_until')
    .executeTakeFirstOrThrow()
  if (row.previous_webhook_secret_until === null)
    throw new Error('a rotated secret has no end of its overlap')
  return row.previous_webhook_secret_until
}

/** What a subscription's messages are signed with: the current secret, and the one before for a day after a rotation. */
export async function readSubscriptionSecrets(
  { kysely }: Pick<Database, 'kysely'>,
  o: { id: WebhookId; sealing: Sealing },
): Promise<string[]> {
  const row = await kysely
    .selectFrom('webhook_subscriptions')
    .select('secret_sealed')
    .select(
      sql<string | null>`case when previous_secret_until > now() then previous_secret_sealed end`.as(
        'previous',
      ),
    )
    .where('id', '=', o.id)
    .executeTakeFirst()
  if (row === undefined) return []
  return [row.secret_sealed, ...(row.previous === null ? [] : [row.previous])].map(sealed =>
    o.sealing.open(sealed),
  )
}
