import type { Answerer, CallStatus, EndReason, NetworkStatus } from '@parley/contract/status'
import type { LeadStatus } from '@parley/contract/leads'
import { sql } from 'kysely'
import type { PastCall } from '../domain/anomaly.ts'
import type { CallId, CampaignId, LeadId } from '../domain/ids.ts'
import type { Fault } from '../domain/outcome.ts'
import type { Bucket } from '../domain/pacing.ts'
import type { CallRow } from './calls.ts'
import type { CampaignRow } from './campaigns.ts'
import type { Database, Transaction } from './database.ts'

/** Calls of campaigns: what they come to, and what became of them. */

/** A campaign that runs, with what it has under way. */
export interface RunningCampaign extends CampaignRow {
  readonly unfinished: number
  /** Placed within the last 60 seconds. */
  readonly placed_lately: number
}

export async function runningCampaigns({ kysely }: Database): Promise<RunningCampaign[]> {
  return await kysely
    .selectFrom('campaigns')
    .selectAll()
    .select(
      sql<number>`(select count(*)::int from calls where campaign_id = campaigns.id
        and status in ('pending', 'queued', 'in_progress'))`.as('unfinished'),
    )
    .select(
      sql<number>`(select count(*)::int from calls where campaign_id = campaigns.id
        and created_at > now() - interval '60 seconds')`.as('placed_lately'),
    )
    .where('status', '=', 'running')
    .orderBy('id')
    .execute()
}

/** Whether any campaign runs, or waits for its time. */
export async function isCampaignUnderWay({ kysely }: Database): Promise<boolean> {
  const row = await kysely
    .selectFrom('campaigns')
    .select('id')
    .where('status', 'in', ['running', 'scheduled'])
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Scheduled ones whose time has come. */
export async function dueCampaigns({ kysely }: Database): Promise<CampaignRow[]> {
  return await kysely
    .selectFrom('campaigns')
    .selectAll()
    .where('status', '=', 'scheduled')
    .where(is => is.or([is('starts_at', 'is', null), is('starts_at', '<=', sql<Date>`now()`)]))
    .execute()
}

/** How many more calls the workers have room for: what they take, less what is under way or about to be. */
export async function freePlaces({ kysely }: Database): Promise<number> {
  const counted = await sql<{ free: number }>`
    select coalesce((select sum(max_calls) from nodes where lease_until > now() and not draining), 0)::int
      - (select count(*)::int from calls where status in ('queued', 'in_progress')) as free`.execute(kysely)
  return Math.max(0, counted.rows[0]?.free ?? 0)
}

export async function storeTokens(
  { kysely }: Database,
  id: CampaignId,
  { tokens, atMs }: Bucket,
): Promise<void> {
  await kysely
    .updateTable('campaigns')
    .set({ tokens, tokens_at: new Date(atMs) })
    .where('id', '=', id)
    .execute()
}

/** A call that is over and whose lead waits to be settled. */
export interface UnsettledCall {
  readonly lead_id: LeadId
  readonly attempts: number
  readonly id: CallId
  readonly status: CallStatus
  readonly call_status: NetworkStatus | null
  readonly end_reason: EndReason | null
  readonly fault: Fault | null
  readonly answered_by: Answerer
  readonly answered_at: Date | null
  readonly disposition: string | null
  readonly attempt: number
  readonly lead_status: LeadStatus
  readonly listed: boolean
}

const settledAtOnce = 500

export async function unsettledCalls({ kysely }: Database, campaign: CampaignId): Promise<UnsettledCall[]> {
  const rows = await sql<UnsettledCall>`
    select c.lead_id, c.attempts, calls.id, calls.status, calls.call_status, calls.end_reason, calls.fault,
      calls.answered_by, calls.answered_at, calls.disposition, calls.attempt, leads.status as lead_status,
      exists (select from do_not_call d where d.account_id = leads.account_id
        and d.phone_number = leads.phone_number) as listed
    from campaign_leads c join calls on calls.id = c.call_id join leads on leads.id = c.lead_id
    where c.campaign_id = ${campaign} and c.state = 'calling' and calls.completed
      and calls.status in ('completed', 'failed', 'cancelled')
    limit ${settledAtOnce}`.execute(kysely)
  return rows.rows
}

/** The last calls that were dialled and are over, newest first. */
export async function pastCalls(
  { kysely }: Database,
  { id, watched_from }: CampaignRow,
  limit: number,
): Promise<PastCall[]> {
  const rows = await kysely
    .selectFrom('calls')
    .select(['answered_at', 'ended_at', 'answered_by'])
    .where('campaign_id', '=', id)
    .where('created_at', '>=', watched_from)
    .where('status', 'in', ['completed', 'failed'])
    .where('attempt', '>', 0)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ answered_at, ended_at, answered_by: answeredBy }) => ({
    answeredBy,
    talkedSeconds:
      answered_at === null || ended_at === null
        ? null
        : Math.max(0, (ended_at.getTime() - answered_at.getTime()) / 1_000),
  }))
}

/** Its calls that nobody has dialled; locked until the transaction ends. `later`: only those that were put off. */
export async function lockUndialled(
  trx: Transaction,
  campaign: CampaignId,
  which: 'all' | 'later',
): Promise<CallRow[]> {
  let query = trx
    .selectFrom('calls')
    .selectAll()
    .where('campaign_id', '=', campaign)
    .where('status', 'in', which === 'all' ? ['pending', 'queued'] : ['pending'])
  if (which === 'later') query = query.where('dial_after', '>', sql<Date>`now() + interval '1 minute'`)
  return await query.orderBy('id').forUpdate().execute()
}
