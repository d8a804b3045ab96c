import {
  campaignTerms,
  type CampaignConfig,
  changeCampaignSchema,
  createCampaignSchema,
} from '@parley/contract/campaigns'
import { ApiError, type Fault } from '@parley/contract/errors'
import { faultsOf } from '@parley/contract/faults'
import { inboundAgentSchema } from '@parley/contract/phone-numbers'
import { type CampaignAction, changeable, deletable, nextStatus } from '../domain/campaign-state.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import { giveBackLeads } from '../store/campaign-leads.ts'
import { lockUndialled } from '../store/campaign-calls.ts'
import type { StoredConfig } from '../store/campaign-tables.ts'
import {
  type CampaignOf,
  type CampaignRow,
  findCampaign,
  insertCampaign,
  lockCampaign,
  moveOn,
  removeCampaign,
  storeConfig,
} from '../store/campaigns.ts'
import type { Transaction } from '../store/database.ts'
import { holdLeadList } from '../store/lead-lists.ts'
import { withAgent } from './own-agents.ts'
import { checkOptions, type PlanDeps } from './plan-call.ts'
import { cancelWaiting } from './stop-call.ts'

/** What customers do with their campaigns. Options of the calls are checked here, and again for every call. */

const ownTerms = Object.keys(campaignTerms)

/** Throws ApiError `invalid_request` with every fault. */
export async function checkCampaign(
  deps: PlanDeps,
  account: AccountId,
  body: unknown,
): Promise<StoredConfig> {
  const read = createCampaignSchema.safeParse(body, { reportInput: true })
  const errors = [
    ...(read.success ? [] : faultsOf(read.error)),
    ...(await callFaults(deps, account, body)),
    ...conversionFaults(body),
  ]
  if (!read.success || errors.length > 0) throw new ApiError('invalid_request', { errors })
  return storedConfig(read.data, body)
}

/** Throws ApiError `invalid_request` where the account has no such list. */
export async function createCampaign(
  trx: Transaction,
  account: AccountId,
  config: StoredConfig,
): Promise<CampaignRow> {
  await holdList(trx, account, config)
  return await insertCampaign(trx, { account, config })
}

/** Throws ApiError `invalid_request` with every fault, or `not_found`. */
export async function checkChange(deps: PlanDeps, of: CampaignOf, body: unknown): Promise<StoredConfig> {
  const campaign = (await findCampaign(deps.database, of)) ?? unknownCampaign()
  const read = changeCampaignSchema.safeParse(withoutNulls(body), { reportInput: true })
  if (!read.success) throw new ApiError('invalid_request', { errors: faultsOf(read.error) })
  const merged = Object.entries({ ...campaign.config, ...(isObject(body) ? body : {}) })
  const keepsNull = (name: string) => name === 'frequency_cap'
  const next = Object.fromEntries(merged.filter(([name, value]) => value !== null || keepsNull(name)))
  return await checkCampaign(deps, of.account, withOnePrompt(next, body))
}

/** Throws ApiError `not_found`, `conflict` where the campaign runs or is over, or `invalid_request`. */
export async function changeCampaign(
  trx: Transaction,
  of: CampaignOf,
  config: StoredConfig,
): Promise<CampaignRow> {
  const campaign = (await lockCampaign(trx, of)) ?? unknownCampaign()
  if (!changeable.includes(campaign.status)) throw wrongState(campaign, 'changed')
  await holdList(trx, of.account, config)
  return await storeConfig(trx, campaign.id, config)
}

/** Throws ApiError `not_found`, or `conflict` while it may still call somebody. */
export async function deleteCampaign(trx: Transaction, of: CampaignOf): Promise<CampaignRow> {
  const campaign = (await lockCampaign(trx, of)) ?? unknownCampaign()
  if (!deletable.includes(campaign.status)) throw wrongState(campaign, 'deleted')
  await removeCampaign(trx, campaign.id)
  return campaign
}

export type CustomerAction = Exclude<CampaignAction, 'begin' | 'complete'>

const told: Readonly<Record<CustomerAction, { event: string; past: string }>> = {
  start: { event: 'campaign.started', past: 'started' },
  pause: { event: 'campaign.paused', past: 'paused' },
  resume: { event: 'campaign.resumed', past: 'resumed' },
  stop: { event: 'campaign.stopped', past: 'stopped' },
}

/**
 * Starts, pauses, resumes or stops a campaign. Calls that are under way go on; those that nobody has dialled are taken
 * back, and where it pauses their leads wait again. Throws ApiError `not_found`, or `conflict` with the state.
 */
export async function actOnCampaign(
  trx: Transaction,
  of: CampaignOf,
  action: CustomerAction,
): Promise<CampaignRow> {
  const campaign = (await lockCampaign(trx, of)) ?? unknownCampaign()
  const startsAtMs = campaign.starts_at?.getTime() ?? null
  const status = nextStatus(campaign.status, action, { startsAtMs, nowMs: Date.now() })
  if (status === null) throw wrongState(campaign, told[action].past)
  if (action === 'start' && campaign.lead_list_id === null)
    throw new ApiError('conflict', {
      detail: 'Its list of leads was deleted',
      current_status: campaign.status,
    })
  if (action === 'pause' || action === 'stop') await takeBackCalls(trx, campaign, 'all')
  // One that waits for its time tells of its start when it begins.
  const event = action === 'start' && status === 'scheduled' ? null : told[action].event
  return await moveOn(trx, campaign, { status, event })
}

/** Pauses a campaign for a reason that the platform found. False: it does not run any more. */
export async function pauseFor(trx: Transaction, of: CampaignOf, reason: string): Promise<boolean> {
  const campaign = await lockCampaign(trx, of)
  if (campaign?.status !== 'running') return false
  await takeBackCalls(trx, campaign, 'all')
  await moveOn(trx, campaign, { status: 'paused', event: 'campaign.paused', reason })
  return true
}

/** Cancels calls that nobody has dialled; their leads wait as if there had been none. */
export async function takeBackCalls(
  trx: Transaction,
  campaign: CampaignRow,
  which: 'all' | 'later',
): Promise<CallId[]> {
  const calls = await lockUndialled(trx, campaign.id, which)
  const now = new Date()
  await giveBackLeads(
    trx,
    campaign.id,
    calls.map(call => ({ id: call.id, until: which === 'later' ? (call.dial_after ?? now) : now })),
  )
  for (const call of calls) await cancelWaiting(trx, call)
  return calls.map(call => call.id)
}

export function unknownCampaign(): never {
  throw new ApiError('not_found', { detail: 'No such campaign' })
}

function wrongState({ status }: CampaignRow, wish: string): ApiError {
  return new ApiError('conflict', {
    detail: `The campaign is ${status} and cannot be ${wish}`,
    current_status: status,
  })
}

async function holdList(
  trx: Transaction,
  account: AccountId,
  { lead_list_id: id }: StoredConfig,
): Promise<void> {
  if ((await holdLeadList(trx, { account, id })) !== null) return
  const message = 'The account has no such list'
  throw new ApiError('invalid_request', { errors: [{ path: 'lead_list_id', message, code: 'unknown_list' }] })
}

/** The campaign's own terms as the schema reads them, and the rest as it came. */
function storedConfig(config: CampaignConfig, body: unknown): StoredConfig {
  const given = isObject(body) ? body : {}
  const own = Object.entries(config).filter(([name]) => ownTerms.includes(name))
  return { ...given, ...Object.fromEntries(own) } as StoredConfig
}

/** What no schema can say of the options of its calls. */
async function callFaults(deps: PlanDeps, account: AccountId, body: unknown): Promise<Fault[]> {
  if (!isObject(body)) return []
  const options = Object.entries(body).filter(([name]) => !ownTerms.includes(name))
  const { body: whole, faults } = await withAgent(deps, account, Object.fromEntries(options))
  const checked = await checkOptions(deps, account, {
    schema: inboundAgentSchema,
    body: whole,
    placeholders: 'later',
  })
  return [...faults, ...checked.faultsOfMeaning]
}

/** A campaign must be able to tell a conversion. */
function conversionFaults(body: unknown): Fault[] {
  if (!isObject(body) || !Array.isArray(body['conversion_outcomes']) || !isObject(body['analysis'])) return []
  const { dispositions } = body['analysis']
  if (!Array.isArray(dispositions)) return []
  return body['conversion_outcomes'].flatMap((outcome: unknown, index) => {
    if (dispositions.includes(outcome)) return []
    const message = 'No call can come to this: it is not among analysis.dispositions'
    return [{ path: `conversion_outcomes[${index}]`, message, code: 'unknown_disposition' }]
  })
}

/** A change of the prompt's kind takes the earlier one's place. */
function withOnePrompt(next: Record<string, unknown>, body: unknown): Record<string, unknown> {
  const kinds = ['task', 'instructions', 'agent_id']
  const given = isObject(body) ? kinds.filter(kind => body[kind] !== undefined) : []
  if (given.length === 0) return next
  return Object.fromEntries(
    Object.entries(next).filter(([name]) => !kinds.includes(name) || given.includes(name)),
  )
}

function withoutNulls(body: unknown): unknown {
  if (!isObject(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
