import type { CampaignConfig, CampaignStatus } from '@parley/contract/campaigns'
import type { Generated, JSONColumnType } from 'kysely'
import type { AccountId, CallId, CampaignId, LeadId, LeadListId } from '../domain/ids.ts'
import type { LeadResult } from '../domain/lead-progress.ts'

/** The tables of `migrations/0024-campaigns.sql`. */

export interface CampaignsTable {
  id: CampaignId
  account_id: AccountId
  name: string
  status: Generated<CampaignStatus>
  lead_list_id: LeadListId | null
  config: JSONColumnType<StoredConfig>
  starts_at: Date | null
  pause_reason: string | null
  tokens: Generated<number>
  tokens_at: Generated<Date>
  taken_up_to: LeadId | null
  watched_from: Generated<Date>
  started_at: Date | null
  ended_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

/** The campaign's own terms with their defaults; options of its calls as they were given. */
export type StoredConfig = CampaignTerms & Readonly<Record<string, unknown>>

export type CampaignTerms = Pick<
  CampaignConfig,
  | 'name'
  | 'lead_list_id'
  | 'starts_at'
  | 'calling_window'
  | 'max_concurrent_calls'
  | 'calls_per_minute'
  | 'retry'
  | 'max_attempts_per_lead'
  | 'conversion_outcomes'
  | 'frequency_cap'
  | 'auto_pause'
>

export interface CampaignLeadsTable {
  campaign_id: CampaignId
  lead_id: LeadId
  state: Generated<'waiting' | 'calling' | 'done'>
  attempts: Generated<number>
  next_at: Generated<Date>
  call_id: CallId | null
  result: LeadResult | null
  detail: string | null
}

export interface CampaignLeaseTable {
  id: Generated<boolean>
  holder: string
  held_until: Date
}
