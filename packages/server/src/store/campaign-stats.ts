import type { CampaignStats } from '@parley/contract/campaigns'
import { sql } from 'kysely'
import type { CampaignRow } from './campaigns.ts'
import type { Database } from './database.ts'

interface LeadCounts extends Omit<CampaignStats['leads'], 'queued' | 'live' | 'total' | 'pending'> {
  readonly known: number
  readonly fresh: number
  readonly next_at: Date | null
}

/** How far a campaign got, as it is at this moment. */
export async function campaignStats(database: Database, campaign: CampaignRow): Promise<CampaignStats> {
  const [leads, calls, untaken] = await Promise.all([
    countLeads(database, campaign),
    countCalls(database, campaign),
    countUntaken(database, campaign),
  ])
  const { known, fresh, next_at: nextAt, ...results } = leads
  const { placed, answered, queued, live } = calls
  return {
    status: campaign.status,
    pause_reason: campaign.pause_reason,
    leads: { total: known + untaken, pending: fresh + untaken, queued, live, ...results },
    calls: { placed, answered, live },
    next_allowed_at: untaken > 0 ? new Date().toISOString() : (nextAt?.toISOString() ?? null),
  }
}

async function countLeads({ kysely }: Database, { id }: CampaignRow): Promise<LeadCounts> {
  const with_ = (result: string) => sql<number>`count(*) filter (where result = ${result})::int`
  const counted = await sql<LeadCounts>`
    select count(*)::int as known,
      count(*) filter (where state = 'waiting' and attempts = 0)::int as fresh,
      count(*) filter (where state = 'waiting' and attempts > 0)::int as waiting,
      ${with_('human')} as human, ${with_('voicemail')} as voicemail, ${with_('converted')} as converted,
      ${with_('opted_out')} as opted_out, ${with_('unreached')} as unreached, ${with_('failed')} as failed,
      ${with_('cancelled')} as cancelled, greatest(now(), min(next_at) filter (where state = 'waiting')) as next_at
    from campaign_leads where campaign_id = ${id}`.execute(kysely)
  const [row] = counted.rows
  if (row === undefined) throw new Error('a count has no row')
  return row.waiting + row.fresh > 0 ? row : { ...row, next_at: null }
}

async function countCalls({ kysely }: Database, { id }: CampaignRow) {
  const counted = await sql<{ placed: number; answered: number; queued: number; live: number }>`
    select count(*)::int as placed, count(answered_at)::int as answered,
      count(*) filter (where status in ('pending', 'queued'))::int as queued,
      count(*) filter (where status = 'in_progress')::int as live
    from calls where campaign_id = ${id}`.execute(kysely)
  return counted.rows[0] ?? { placed: 0, answered: 0, queued: 0, live: 0 }
}

/** Leads of the list that the campaign has not taken up yet. */
async function countUntaken(
  { kysely }: Database,
  { id, lead_list_id: list, status }: CampaignRow,
): Promise<number> {
  if (list === null || status === 'completed' || status === 'cancelled') return 0
  const counted = await sql<{ count: number }>`
    select count(*)::int as count from lead_list_entries e where list_id = ${list}
      and not exists (select from campaign_leads c where c.campaign_id = ${id} and c.lead_id = e.lead_id)`.execute(
    kysely,
  )
  return counted.rows[0]?.count ?? 0
}
