import { ApiError } from '@parley/contract/errors'
import { nextDial } from '../domain/calling-window.ts'
import type { LeadId } from '../domain/ids.ts'
import type { FrequencyCap, PreflightRefusal } from '../domain/preflight.ts'
import { zonesOf } from '../intake/number-zones.ts'
import { placeCall, type PlaceCallDeps } from '../intake/place-call.ts'
import { windowOf } from '../intake/preflight.ts'
import { Refused } from '../intake/refusals.ts'
import { type DueLead, dueLeads, finishLead, markCalling, putOffLeads } from '../store/campaign-leads.ts'
import type { CampaignRow } from '../store/campaigns.ts'

/** Places calls to a campaign's leads whose time has come. */

/** Of leads that are due many may have a closed window: so many are looked at for each call. */
const looksPerCall = 4
const mostLooks = 400
/** Calls that are placed at the same time. */
const atOnce = 4

/** Of FRD: three in a day, and never two in ten minutes. */
const defaultFrequency: readonly FrequencyCap[] = [
  { maxCalls: 3, hours: 24 },
  { maxCalls: 1, hours: 1 / 6 },
]

export interface Placed {
  readonly placed: number
  /** Why no call of this campaign can be placed, whoever it is to; null: they can. */
  readonly trouble: string | null
}

type Result =
  | { readonly kind: 'placed' | 'gone' }
  | { readonly kind: 'full' }
  | { readonly kind: 'trouble'; readonly reason: string }

/** At most `share` of them. */
export async function callDueLeads(
  deps: Omit<PlaceCallDeps, 'alongside'>,
  campaign: CampaignRow,
  share: number,
): Promise<Placed> {
  const due = await dueLeads(deps.database, campaign.id, Math.min(mostLooks, share * looksPerCall))
  const open = await withOpenWindow(deps, campaign, due)
  let placed = 0
  let trouble: string | null = null
  let isFull = false
  const next = open.values()
  const callOn = async () => {
    for (const lead of next) {
      if (placed >= share || isFull || trouble !== null) return
      placed += 1
      const result = await callLead(deps, campaign, lead)
      if (result.kind !== 'placed') placed -= 1
      if (result.kind === 'full') isFull = true
      if (result.kind === 'trouble') trouble = result.reason
    }
  }
  await Promise.all(Array.from({ length: atOnce }, callOn))
  return { placed, trouble }
}

/** Puts the others off until their window opens. */
async function withOpenWindow(
  { database }: Omit<PlaceCallDeps, 'alongside'>,
  campaign: CampaignRow,
  due: readonly DueLead[],
): Promise<DueLead[]> {
  const { calling_window: asked } = campaign.config
  if (asked === undefined) return [...due]
  const now = Date.now()
  const opens = await Promise.all(
    due.map(async lead => {
      const window = windowOf(asked, asked.timezone === 'callee' ? await zonesOfLead(lead) : [])
      return window === null || window.zones.length === 0 ? null : nextDial(window, now)
    }),
  )
  const isShut = (index: number) => opens[index] !== now
  const shut = due.flatMap((lead, index) =>
    isShut(index) ? [{ lead: lead.id, opensMs: opens[index] ?? null }] : [],
  )
  await putOffLeads(
    database,
    campaign.id,
    shut.map(({ lead, opensMs }) => waitOf(lead, 'outside_calling_window', opensMs)),
  )
  return due.filter((_, index) => !isShut(index))
}

/** Where the lead is, else where the number may be. */
async function zonesOfLead({ timezone, phone_number: number }: DueLead): Promise<readonly string[]> {
  return timezone === null ? await zonesOf(number) : [timezone]
}

async function callLead(
  deps: Omit<PlaceCallDeps, 'alongside'>,
  campaign: CampaignRow,
  lead: DueLead,
): Promise<Result> {
  const { database } = deps
  const of = { campaign: campaign.id, lead: lead.id }
  if (lead.status === 'Unsubscribed') {
    await finishLead(database, { ...of, result: 'opted_out', detail: 'unsubscribed' })
    return { kind: 'gone' }
  }
  const { frequency_cap: cap } = campaign.config
  const frequency =
    cap === undefined ? defaultFrequency : cap === null ? [] : [{ maxCalls: cap.max_calls, hours: cap.hours }]
  const zones = lead.timezone === null ? undefined : [lead.timezone]
  const origin = { ...of, frequency, zones }
  try {
    await placeCall(
      {
        ...deps,
        alongside: async (trx, { call }) => {
          if (!(await markCalling(trx, { ...of, call: call.id }))) throw new NotOurs()
        },
      },
      campaign.account_id,
      { body: bodyFor(campaign, lead), origin },
    )
    return { kind: 'placed' }
  } catch (error) {
    return await afterTrouble(deps, { campaign, lead, error })
  }
}

/** The campaign was paused, or another process has the lead. */
class NotOurs extends Error {}

async function afterTrouble(
  { database }: Pick<PlaceCallDeps, 'database'>,
  { campaign, lead, error }: { campaign: CampaignRow; lead: DueLead; error: unknown },
): Promise<Result> {
  const of = { campaign: campaign.id, lead: lead.id }
  if (error instanceof NotOurs) return { kind: 'gone' }
  if (error instanceof Refused) return await afterRefusal(database, { ...of, error })
  if (isCalledAlready(error)) {
    await putOffLeads(database, of.campaign, [waitOf(of.lead, 'called_by_another', Date.now() + 30_000)])
    return { kind: 'gone' }
  }
  if (!(error instanceof ApiError)) throw error
  // Nobody could speak with the lead now; the providers are tried all the time.
  if (error.code === 'provider_unavailable') return { kind: 'full' }
  const { errors = [] } = error.more
  // Something about this lead: a placeholder that has no value, a number that nobody can have.
  if (errors.some(({ code, path }) => code === 'placeholder_without_value' || path === 'phone_number')) {
    await finishLead(database, { ...of, result: 'failed', detail: errors[0]?.message ?? error.message })
    return { kind: 'gone' }
  }
  return { kind: 'trouble', reason: errors.map(({ message }) => message).join('; ') || error.message }
}

const ofAccount: ReadonlySet<PreflightRefusal> = new Set(['concurrency_cap_reached', 'minutes_cap_reached'])
const stopping: ReadonlySet<PreflightRefusal> = new Set(['insufficient_quota', 'account_suspended'])

async function afterRefusal(
  database: PlaceCallDeps['database'],
  { campaign, lead, error }: { campaign: CampaignRow['id']; lead: LeadId; error: Refused },
): Promise<Result> {
  const { refusal, allowedAtMs } = error
  if (stopping.has(refusal)) return { kind: 'trouble', reason: error.message }
  if (ofAccount.has(refusal)) return { kind: 'full' }
  if (allowedAtMs === null) {
    const result = refusal === 'do_not_call' ? 'opted_out' : 'failed'
    await finishLead(database, { campaign, lead, result, detail: refusal })
  } else await putOffLeads(database, campaign, [waitOf(lead, refusal, allowedAtMs)])
  return { kind: 'gone' }
}

/** How long a lead waits of whose window nobody knows when it opens. */
const unknownOpeningMs = 24 * 3_600_000

function waitOf(lead: LeadId, detail: string, untilMs: number | null) {
  return { lead, detail, until: new Date(untilMs ?? Date.now() + unknownOpeningMs) }
}

/** SQLSTATE 23505: the lead has a call that is not over, of another campaign. */
function isCalledAlready(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'calls_waiting_of_lead'
}

/** The request of one call. Each call is one attempt: the campaign itself decides on the next. */
function bodyFor({ config }: CampaignRow, lead: DueLead): Record<string, unknown> {
  const { request_data: shared, ...options } = callOptions(config)
  const { name, email, phone_number } = lead
  const own = Object.entries({ name, email, phone_number }).filter(([, value]) => value !== null)
  const request_data = { ...(shared as object | undefined), ...Object.fromEntries(own), ...lead.request_data }
  const window = config.calling_window
  return {
    ...options,
    phone_number,
    request_data,
    retry: { max_attempts: 1 },
    ...(window === undefined ? {} : { calling_window: window }),
  }
}

function callOptions(config: CampaignRow['config']): Record<string, unknown> {
  const {
    name: _name,
    lead_list_id: _list,
    starts_at: _starts,
    calling_window: _window,
    max_concurrent_calls: _concurrent,
    calls_per_minute: _pace,
    retry: _retry,
    max_attempts_per_lead: _attempts,
    conversion_outcomes: _outcomes,
    frequency_cap: _cap,
    auto_pause: _pause,
    ...options
  } = config
  return options
}
