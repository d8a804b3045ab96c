import { type Kysely, sql } from 'kysely'
import type { AccountId, CallId, WebhookId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

/**
 * The outbox of webhooks. A row is written in the transaction that changes the call, and stays until a
 * receiver took it or the last try failed. A process that takes rows holds them by a lease: should it die,
 * they are due again when the lease runs out, so a message may come twice and is never lost.
 */

/** Events that a call's `webhook_url` hears of when the request names none. */
const defaultEvents: readonly string[] = ['call.completed', 'call.failed']

/** SQL that tells of a call which was begun just now, by its id; true where somebody wants to know. */
export function tellStarted(callId: CallId) {
  return sql<boolean>`(select tell_webhooks(${[newId(), newId()]}::uuid[], account_id, id, 'call.started',
    case when 'call.started' = any(webhook_events) then webhook_url end, null) from calls where id = ${callId})`
}

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

/**
 * Tells an event of a call, when somebody wants it; answers whether. What is sent is made from the call when it is
 * due, with `details` beside it.
 */
export async function enqueueWebhook(
  trx: Kysely<Tables>,
  { call, event, details }: { call: HookedCall; event: string; details?: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  const hooked = call.webhook_url !== null && (call.webhook_events ?? defaultEvents).includes(event)
  const url = hooked ? call.webhook_url : null
  return await tell(trx, { account: call.account_id, callId: call.id, event, url, details })
}

/** An event that is no call's: of a campaign, or of a lead. */
export interface AccountEvent {
  readonly account: AccountId
  readonly event: string
  /** All that is sent, beside the event's name, id, time and number. */
  readonly object: Readonly<Record<string, unknown>>
  /** Who hears of it beside the account's subscriptions, e.g. the campaign's `webhook_url`. */
  readonly url?: string | null
}

/** As `enqueueWebhook`, for an event that is no call's. */
export async function enqueueAccountEvent(trx: Kysely<Tables>, told: AccountEvent): Promise<boolean> {
  const { account, event, object: details, url = null } = told
  return await tell(trx, { account, callId: null, event, url, details })
}

interface Told {
  readonly account: AccountId
  readonly callId: CallId | null
  readonly event: string
  readonly url: string | null
  readonly details: Readonly<Record<string, unknown>> | undefined
}

async function tell(trx: Kysely<Tables>, told: Told): Promise<boolean> {
  const { account, callId, event, url, details } = told
  const more = details === undefined ? null : storableJson(details)
  const answer = await sql<{ told: boolean }>`
    select tell_webhooks(${[newId(), newId()]}::uuid[], ${account}, ${callId}, ${event}, ${url}, ${more}::jsonb)
      as told`.execute(trx)
  return answer.rows[0]?.told === true
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
  /** Null: the account's own, for the `webhook_url` of a call. */
  readonly subscription_id: WebhookId | null
  /** Null: the event has the delivery's id. */
  readonly event_id: string | null
  readonly details: Readonly<Record<string, unknown>> | null
  readonly sequence: string | null
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
      d.subscription_id, d.event_id, d.details, d.sequence, ${hostOf('d.url')} as host`.execute(db)
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
