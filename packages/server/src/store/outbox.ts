import { type Kysely, sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Tables } from './tables.ts'

/**
 * The outbox of webhooks. A row is written in the transaction that changes the call, and stays until a
 * receiver took it or the last try failed. A process that takes rows holds them by a lease: should it die,
 * they are due again when the lease runs out, so a message may come twice and is never lost.
 */

/** Events that a call's `webhook_url` hears of when the request names none. */
const defaultEvents: readonly string[] = ['call.completed', 'call.failed']

/** Longer than a try may last, body and all, so that a living process is never overtaken. */
const leaseSeconds = 45

/** Due rows looked at to share the places among hosts. */
const lookAhead = 5_000

interface HookedCall {
  readonly id: CallId
  readonly account_id: AccountId
  readonly webhook_url: string | null
  readonly webhook_events: readonly string[] | null
}

/** Queues an event of a call, when somebody wants it; answers whether. The body is made when it is due. */
export async function enqueueWebhook(
  trx: Kysely<Tables>,
  { call, event }: { call: HookedCall; event: string },
): Promise<boolean> {
  if (call.webhook_url === null || !(call.webhook_events ?? defaultEvents).includes(event)) return false
  await trx
    .insertInto('webhook_deliveries')
    .values({ id: newId(), account_id: call.account_id, call_id: call.id, event, url: call.webhook_url })
    .execute()
  return true
}

/** A delivery that this process holds for the time of one try. */
export interface ClaimedDelivery {
  readonly id: string
  readonly account_id: AccountId
  readonly call_id: CallId | null
  readonly event: string
  readonly url: string
  /** What earlier tries sent; null before the first. */
  readonly body: string | null
  /** Tries made so far. */
  readonly tries: number
  readonly created_at: Date
  /** Whom the limit per receiver counts: host and port, in lower case. */
  readonly host: string
}

export interface ClaimLimits {
  readonly total: number
  readonly perHost: number
  /** Tries of this process under way, by host. */
  readonly underWay: ReadonlyMap<string, number>
}

/**
 * Takes deliveries that are due, oldest first, but every host's first before any host's second: a receiver
 * with a long queue holds up nobody else's messages.
 */
export async function claimDue(db: Kysely<Tables>, limits: ClaimLimits): Promise<ClaimedDelivery[]> {
  const hosts = [...limits.underWay.keys()]
  const counts = [...limits.underWay.values()]
  const claimed = await sql<ClaimedDelivery>`
    with busy as (select * from unnest(${hosts}::text[], ${counts}::int[]) as busy (host, count)),
    waiting as (
      select id, next_try_at, ${hostOf('url')} as host from webhook_deliveries
      where status = 'pending' and next_try_at <= now()
        and not exists (select from busy where busy.host = ${hostOf('url')} and count >= ${limits.perHost})
      order by next_try_at limit ${lookAhead}
    ),
    placed as (
      select id, next_try_at, coalesce(count, 0) + row_number() over
        (partition by waiting.host order by next_try_at) as place
      from waiting left join busy on busy.host = waiting.host
    ),
    taken as (
      select d.id from placed join webhook_deliveries d on d.id = placed.id
      where place <= ${limits.perHost} and d.status = 'pending' and d.next_try_at <= now()
      order by place, placed.next_try_at limit ${limits.total}
      for update of d skip locked
    )
    update webhook_deliveries d set next_try_at = now() + make_interval(secs => ${leaseSeconds})
    from taken where d.id = taken.id
    returning d.id, d.account_id, d.call_id, d.event, d.url, d.body, d.tries, d.created_at,
      ${hostOf('d.url')} as host`.execute(db)
  return claimed.rows
}

function hostOf(column: 'url' | 'd.url') {
  return sql<string>`coalesce(lower(substring(${sql.ref(column)} from '^[^:]+://([^/?#]+)')), '')`
}

/** Keeps the body of the first try, and answers with the one that every try sends: the first one kept. */
export async function freezeBody(db: Kysely<Tables>, id: string, body: string): Promise<string> {
  const row = await db
    .updateTable('webhook_deliveries')
    .set({ body: sql<string>`coalesce(body, ${body})` })
    .where('id', '=', id)
    .returning('body')
    .executeTakeFirstOrThrow()
  return row.body ?? body
}

/** What a try came to, and what follows from it. */
export type TryResult =
  | { readonly next: 'none'; readonly status: 'delivered'; readonly httpStatus: number }
  | {
      readonly next: 'none'
      readonly status: 'failed'
      readonly httpStatus: number | null
      readonly error: string
    }
  | {
      readonly next: 'retry'
      readonly delayMs: number
      readonly httpStatus: number | null
      readonly error: string
    }

/** Writes the result of a try, unless another process has written one since the delivery was claimed. */
export async function recordTry(
  db: Kysely<Tables>,
  delivery: Pick<ClaimedDelivery, 'id' | 'tries'>,
  result: TryResult,
): Promise<void> {
  const delivered = result.next === 'none' && result.status === 'delivered'
  await db
    .updateTable('webhook_deliveries')
    .set({
      tries: delivery.tries + 1,
      last_http_status: result.httpStatus,
      last_error: 'error' in result ? result.error : null,
      ...(delivered ? { delivered_at: sql<Date>`now()` } : {}),
      ...(result.next === 'retry'
        ? { next_try_at: inMilliseconds(result.delayMs) }
        : { status: result.status }),
    })
    .where('id', '=', delivery.id)
    .where('tries', '=', delivery.tries)
    .where('status', '=', 'pending')
    .execute()
}

/** Gives deliveries back whose try did not come to an end, because this process is closing. */
export async function releaseClaims(
  db: Kysely<Tables>,
  deliveries: readonly ClaimedDelivery[],
): Promise<void> {
  for (const { id, tries } of deliveries) {
    await db
      .updateTable('webhook_deliveries')
      .set({ next_try_at: sql<Date>`now()` })
      .where('id', '=', id)
      .where('tries', '=', tries)
      .where('status', '=', 'pending')
      .execute()
  }
}

function inMilliseconds(ms: number) {
  return sql<Date>`now() + make_interval(secs => ${ms / 1_000})`
}
