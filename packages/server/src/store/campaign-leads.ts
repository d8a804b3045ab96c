import { sql } from 'kysely'
import type { CallId, CampaignId, LeadId } from '../domain/ids.ts'
import type { LeadProgress } from '../domain/lead-progress.ts'
import type { CampaignRow } from './campaigns.ts'
import type { Database, Transaction } from './database.ts'
import type { LeadRow } from './leads.ts'

/** Leads of campaigns: taken up from the list, called, and settled. */

/** Leads that are taken up at once. */
const takenUpAtOnce = 5_000

/**
 * Takes up the next leads of the list; answers how many there were. When it comes to the end it goes over the list
 * once more, for leads that were put on it meanwhile: 0 means that all of it is taken up.
 */
export async function takeUpLeads(
  { kysely }: Pick<Database, 'kysely'>,
  { id, lead_list_id: list, taken_up_to: from }: CampaignRow,
): Promise<number> {
  if (list === null) return 0
  const taken = await sql<{ count: number; last: LeadId | null }>`
    with next as (
      select lead_id from lead_list_entries where list_id = ${list} and (${from}::uuid is null or lead_id > ${from})
        and not exists (select from campaign_leads c where c.campaign_id = ${id} and c.lead_id = lead_list_entries.lead_id)
      order by lead_id limit ${takenUpAtOnce}
    ),
    taken as (
      insert into campaign_leads (campaign_id, lead_id) select ${id}, lead_id from next
      on conflict do nothing returning lead_id
    )
    select count(*)::int as count, max(lead_id::text)::uuid as last from taken`.execute(kysely)
  const { count = 0, last = null } = taken.rows[0] ?? {}
  if (count > 0 || from !== null)
    await kysely.updateTable('campaigns').set({ taken_up_to: last }).where('id', '=', id).execute()
  // After the last ones the list is gone over from its beginning.
  return count > 0 ? count : from === null ? 0 : takeUpLeads({ kysely }, { ...campaignAtStart(id, list) })
}

function campaignAtStart(id: CampaignId, list: NonNullable<CampaignRow['lead_list_id']>) {
  return { id, lead_list_id: list, taken_up_to: null } as CampaignRow
}

export type DueLead = Pick<
  LeadRow,
  'id' | 'phone_number' | 'name' | 'email' | 'timezone' | 'status' | 'request_data'
> & { readonly attempts: number }

/** Leads whose time has come, the longest waiting first. */
export async function dueLeads(
  { kysely }: Pick<Database, 'kysely'>,
  campaign: CampaignId,
  limit: number,
): Promise<DueLead[]> {
  return await kysely
    .selectFrom('campaign_leads')
    .innerJoin('leads', 'leads.id', 'campaign_leads.lead_id')
    .select(['leads.id', 'phone_number', 'name', 'email', 'timezone', 'leads.status', 'request_data'])
    .select('campaign_leads.attempts')
    .where('campaign_id', '=', campaign)
    .where('state', '=', 'waiting')
    .where('next_at', '<=', sql<Date>`now()`)
    .orderBy('next_at')
    .orderBy('lead_id')
    .limit(limit)
    .execute()
}

/** Counts no further than `limit`. */
export async function countDue(
  { kysely }: Pick<Database, 'kysely'>,
  campaign: CampaignId,
  limit: number,
): Promise<number> {
  const counted = await sql<{ count: number }>`select count(*)::int as count from (
    select from campaign_leads where campaign_id = ${campaign} and state = 'waiting' and next_at <= now()
    limit ${limit}) as due`.execute(kysely)
  return counted.rows[0]?.count ?? 0
}

/** Whether anybody is still to be called, or being called. */
export async function hasOpenLeads(
  { kysely }: Pick<Database, 'kysely'>,
  campaign: CampaignId,
): Promise<boolean> {
  const row = await kysely
    .selectFrom('campaign_leads')
    .select('lead_id')
    .where('campaign_id', '=', campaign)
    .where('state', 'in', ['waiting', 'calling'])
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** In the transaction that places the call. False: the campaign does not run any more, or somebody else has the lead. */
export async function markCalling(
  trx: Transaction,
  o: { campaign: CampaignId; lead: LeadId; call: CallId },
): Promise<boolean> {
  const running = await trx
    .selectFrom('campaigns')
    .select('id')
    .where('id', '=', o.campaign)
    .where('status', '=', 'running')
    .forShare()
    .executeTakeFirst()
  if (running === undefined) return false
  const marked = await trx
    .updateTable('campaign_leads')
    .set({ state: 'calling', call_id: o.call, attempts: sql<number>`attempts + 1`, detail: null })
    .where('campaign_id', '=', o.campaign)
    .where('lead_id', '=', o.lead)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return marked.numUpdatedRows === 1n
}

/** Leads that are not to be called before these moments. */
export async function putOffLeads(
  { kysely }: Pick<Database, 'kysely'>,
  campaign: CampaignId,
  waits: readonly { readonly lead: LeadId; readonly until: Date; readonly detail: string }[],
): Promise<void> {
  if (waits.length === 0) return
  await sql`update campaign_leads c set next_at = wait.until, detail = wait.detail
    from unnest(${waits.map(wait => wait.lead)}::uuid[], ${waits.map(wait => wait.until)}::timestamptz[],
      ${waits.map(wait => wait.detail)}::text[]) as wait (lead, until, detail)
    where c.campaign_id = ${campaign} and c.lead_id = wait.lead and c.state = 'waiting'`.execute(kysely)
}

/** The campaign calls the lead no more, without a call. */
export async function finishLead(
  { kysely }: Pick<Database, 'kysely'>,
  o: { campaign: CampaignId; lead: LeadId; result: LeadProgress['result']; detail: string },
): Promise<void> {
  await kysely
    .updateTable('campaign_leads')
    .set({ state: 'done', result: o.result, detail: o.detail })
    .where('campaign_id', '=', o.campaign)
    .where('lead_id', '=', o.lead)
    .where('state', '=', 'waiting')
    .execute()
}

/** False: it was settled already. */
export async function settleLead(
  trx: Transaction,
  o: { campaign: CampaignId; lead: LeadId; call: CallId; progress: LeadProgress },
): Promise<boolean> {
  const { result, againAfterMs } = o.progress
  const settled = await trx
    .updateTable('campaign_leads')
    .set({
      result,
      ...(againAfterMs === null
        ? { state: 'done' as const }
        : {
            state: 'waiting' as const,
            next_at: sql<Date>`now() + make_interval(secs => ${againAfterMs / 1_000})`,
          }),
    })
    .where('campaign_id', '=', o.campaign)
    .where('lead_id', '=', o.lead)
    .where('call_id', '=', o.call)
    .where('state', '=', 'calling')
    .executeTakeFirst()
  return settled.numUpdatedRows === 1n
}

/** Leads whose call was taken back before it was dialled: they wait as if there had been none. */
export async function giveBackLeads(
  trx: Transaction,
  campaign: CampaignId,
  calls: readonly { readonly id: CallId; readonly until: Date }[],
): Promise<void> {
  for (const { id, until } of calls)
    await trx
      .updateTable('campaign_leads')
      .set({
        state: 'waiting',
        attempts: sql<number>`greatest(0, attempts - 1)`,
        next_at: until,
        call_id: null,
      })
      .where('campaign_id', '=', campaign)
      .where('call_id', '=', id)
      .where('state', '=', 'calling')
      .execute()
}
