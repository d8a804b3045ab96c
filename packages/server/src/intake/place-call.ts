import { ApiError, type Fault } from '@parley/contract/errors'
import { readFields } from '@parley/contract/faults'
import { type PlaceCall, placeCallSchema, type Warning } from '@parley/contract/place-call'
import type { CallPlan } from '../domain/call-plan.ts'
import { type CallingWindow, dialHoldsMs } from '../domain/calling-window.ts'
import type { AccountId, CampaignId, LeadId } from '../domain/ids.ts'
import type { FrequencyCap } from '../domain/preflight.ts'
import { type CallRow, insertCall } from '../store/calls.ts'
import type { Transaction } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import { type CallConcern, notifyCall } from '../store/notify.ts'
import { enqueueWebhook } from '../store/outbox.ts'
import { callerNumber } from './caller-number.ts'
import { zonesOf } from './number-zones.ts'
import { withAgent } from './own-agents.ts'
import {
  type CallerPlace,
  capsOf,
  judgeWithin,
  type PreflightDeps,
  refuseTransfers,
  windowOf,
} from './preflight.ts'
import {
  type CheckedOptions,
  checkOptions,
  languagesFor,
  type PlanDeps,
  planOf,
  type Speech,
} from './plan-call.ts'
import { Refused } from './refusals.ts'
import { refuseUnheld } from './refuse-unheld.ts'
import { retryTerms } from './retry-terms.ts'
import { scheduled } from './recheck-call.ts'

/** How far ahead a call may be placed. */
const furthestMs = 365 * 24 * 3_600_000

export interface PlaceCallDeps extends PlanDeps, PreflightDeps {
  readonly jobs: Jobs
  /** What else must be stored if and only if the call is. */
  readonly alongside?: (trx: Transaction, placed: PlacedCall) => Promise<void>
}

/** The call as stored, and what was accepted though not quite as asked for. */
export interface PlacedCall {
  readonly call: CallRow
  readonly warnings: readonly Warning[]
}

/** A call as it is asked for. */
export interface WantedCall {
  readonly body: unknown
  /** Absent: the account's own request. */
  readonly origin?: CallOrigin
}

/** What a campaign knows of its call. Such a call is placed when it may be dialled, and refused otherwise. */
export interface CallOrigin {
  readonly campaign: CampaignId
  readonly lead: LeadId
  /** Where the lead is; absent: where the number may be. */
  readonly zones?: readonly string[] | undefined
  /** Hold beside the account's own. */
  readonly frequency: readonly FrequencyCap[]
}

/**
 * Accepts a call: checks the whole request, fixes the plan, and stores call, first event and dial job in
 * one transaction. Throws ApiError: `invalid_request` with every fault, or what a valid request still
 * cannot have.
 */
export async function placeCall(
  deps: PlaceCallDeps,
  account: AccountId,
  { body, origin }: WantedCall,
): Promise<PlacedCall> {
  const { request, speech, numbers, settings, demandedDisclosure } = await readRequest(deps, account, body)
  const place = { account, settings, numbers }
  refuseTransfers(deps, place, request.transfer?.destinations ?? [])
  const languages = languagesFor(request, deps.catalogue())
  const from = callerNumber(deps, numbers, request.from_number)
  const to = request.phone_number
  const plan = planOf({ request, speech, account, ...languages, demandedDisclosure, to, from })
  // Until a later time providers may be back.
  if (request.schedule_at === undefined) await refuseUnheld(deps, plan)
  const warnings = warningsFor(request, speech)
  const window = windowOf(request.calling_window, await zonesFor(request, origin))
  const call = await store(deps, plan, { request, body, warnings, place, window, origin })
  return { call, warnings }
}

/** Where the callee may be. Throws ApiError where nobody knows, and has to. */
async function zonesFor(request: PlaceCall, origin: CallOrigin | undefined): Promise<readonly string[]> {
  if (request.calling_window?.timezone !== 'callee') return []
  const zones = origin?.zones ?? (await zonesOf(request.phone_number))
  if (zones.length > 0) return zones
  const message = 'Nobody knows where this number is: name a time zone'
  const fault = { path: 'calling_window.timezone', message, code: 'unknown_time_zone' }
  throw new ApiError('invalid_request', { errors: [fault] })
}

interface ReadRequest extends Pick<CheckedOptions, 'numbers' | 'settings' | 'demandedDisclosure'> {
  readonly request: PlaceCall
  readonly speech: Speech
}

async function readRequest(deps: PlaceCallDeps, account: AccountId, given: unknown): Promise<ReadRequest> {
  const { body, faults } = await withAgent(deps, account, given)
  const checked = await checkOptions(deps, account, { schema: placeCallSchema, body })
  const errors = [...faults, ...checked.faults, ...checked.faultsOfMeaning, ...timeFaults(body)]
  const { speech, numbers, settings, demandedDisclosure } = checked
  if (errors.length > 0 || speech === null) throw new ApiError('invalid_request', { errors })
  return { request: placeCallSchema.parse(body), speech, numbers, settings, demandedDisclosure }
}

function timeFaults(body: unknown): Fault[] {
  const { schedule_at: at } = readFields(placeCallSchema, body).fields
  if (at === undefined || Date.parse(at) - Date.now() <= furthestMs) return []
  const message = 'Must be within the next 365 days'
  return [{ path: 'schedule_at', message, code: 'too_big' }]
}

function warningsFor(request: PlaceCall, { model }: Speech): Warning[] {
  if (request.temperature === undefined || model.supportsTemperature) return []
  return [{ path: 'temperature', message: `The model ${model.id} takes no temperature, so it is left out` }]
}

interface Accepted {
  readonly request: PlaceCall
  readonly body: unknown
  readonly warnings: readonly Warning[]
  readonly place: CallerPlace
  readonly window: CallingWindow | null
  readonly origin: CallOrigin | undefined
}

async function store(deps: PlaceCallDeps, plan: CallPlan, accepted: Accepted): Promise<CallRow> {
  const { database, jobs, alongside } = deps
  const { request, warnings, window, origin } = accepted
  const { call, concerns } = await database.kysely.transaction().execute(async trx => {
    const dialAfter = await admit(trx, deps, { plan, ...accepted })
    const wanted = {
      plan,
      request: accepted.body,
      metadata: request.metadata ?? null,
      webhookUrl: request.webhook_url ?? null,
      webhookEvents: request.webhook_events ?? null,
      timing: {
        dialAfter,
        window,
        retry: retryTerms(request.retry),
        checkHoldsMs: dialHoldsMs(window, Date.now()),
      },
      campaign: origin ?? null,
    }
    const first = dialAfter === null ? queued : scheduled(dialAfter, null)
    const row = await insertCall(trx, wanted, first)
    const isHooked = dialAfter === null && (await enqueueWebhook(trx, { call: row, event: 'call.queued' }))
    await alongside?.(trx, { call: row, warnings })
    const start = dialAfter === null ? {} : { startAt: dialAfter }
    await jobs.send('dial', { callId: row.id }, { transaction: trx, ...start })
    const concerns: readonly CallConcern[] = isHooked ? ['queued', 'webhook'] : ['queued']
    return { call: row, concerns: dialAfter === null ? concerns : [] }
  })
  await notifyCall(database, call.id, ...concerns)
  return call
}

const queued = { type: 'queued' } as const

/** When to dial; null: now. Throws where the call may never be dialled, or is one of a campaign and has to wait. */
async function admit(
  trx: Transaction,
  deps: PlaceCallDeps,
  { plan, request, place, window, origin }: Accepted & { readonly plan: CallPlan },
): Promise<Date | null> {
  const nowMs = Date.now()
  const atMs = Math.max(nowMs, request.schedule_at === undefined ? nowMs : Date.parse(request.schedule_at))
  const caps = capsOf(deps, place.settings)
  const furtherFrequency = [...(caps.furtherFrequency ?? []), ...(origin?.frequency ?? [])]
  const verdict = await judgeWithin(trx, deps, {
    place,
    wanted: {
      to: plan.to,
      minutes: plan.maxDurationMs / 60_000,
      window,
      caps: { ...caps, furtherFrequency },
      atMs,
      self: null,
    },
  })
  if (verdict.allowed) return atMs > nowMs ? new Date(atMs) : null
  const { refusal, allowedAtMs } = verdict
  if (origin || refusal !== 'outside_calling_window' || allowedAtMs === null)
    throw new Refused(verdict, { minutes: plan.maxDurationMs / 60_000 })
  return new Date(allowedAtMs)
}
