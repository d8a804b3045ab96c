import { type LeadProgress, type LeadTerms, progressOf } from '../domain/lead-progress.ts'
import { retryTerms } from '../intake/retry-terms.ts'
import { type UnsettledCall, unsettledCalls } from '../store/campaign-calls.ts'
import { settleLead } from '../store/campaign-leads.ts'
import { type CampaignRow, webhookUrlOf } from '../store/campaigns.ts'
import type { Database } from '../store/database.ts'
import { advanceLead } from '../store/lead-status.ts'
import { notifyCall } from '../store/notify.ts'

/** What the campaign's calls that are over come to for their leads. */
export async function settleCalls(
  { database }: { database: Database },
  campaign: CampaignRow,
): Promise<void> {
  const terms = termsOf(campaign)
  for (const call of await unsettledCalls(database, campaign.id))
    await settle(database, campaign, { call, progress: progressFor(call, terms) })
}

function termsOf({ config }: CampaignRow): LeadTerms {
  return {
    retry: retryTerms(config.retry),
    maxAttempts: config.max_attempts_per_lead,
    conversionOutcomes: config.conversion_outcomes,
  }
}

function progressFor(call: UnsettledCall, terms: LeadTerms): LeadProgress {
  const facts = {
    status: call.status,
    callStatus: call.call_status ?? 'failed',
    endReason: call.end_reason,
    fault: call.fault ?? 'none',
    answeredBy: call.answered_by,
    answered: call.answered_at !== null,
    disposition: call.disposition,
    dialled: call.attempt,
    optedOut: call.listed || call.lead_status === 'Unsubscribed',
  }
  return progressOf(facts, terms, call.attempts)
}

async function settle(
  database: Database,
  campaign: CampaignRow,
  { call, progress }: { call: UnsettledCall; progress: LeadProgress },
): Promise<void> {
  const isTold = await database.kysely.transaction().execute(async trx => {
    const settled = await settleLead(trx, {
      campaign: campaign.id,
      lead: call.lead_id,
      call: call.id,
      progress,
    })
    if (!settled || progress.leadStatus === null) return false
    return await advanceLead(trx, {
      account: campaign.account_id,
      lead: { id: call.lead_id },
      status: progress.leadStatus,
      because: { campaign_id: campaign.id, call_id: call.id },
      url: webhookUrlOf(campaign),
    })
  })
  if (isTold) await notifyCall(database, call.id, 'webhook')
}
