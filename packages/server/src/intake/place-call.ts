import { ApiError } from '@parley/contract/errors'
import { type PlaceCall, placeCallSchema, type Warning } from '@parley/contract/place-call'
import type { CallPlan } from '../domain/call-plan.ts'
import type { AccountId } from '../domain/ids.ts'
import { type CallRow, insertCall } from '../store/calls.ts'
import type { Transaction } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import { type CallConcern, notifyCall } from '../store/notify.ts'
import { enqueueWebhook } from '../store/outbox.ts'
import { withAgent } from './own-agents.ts'
import { type CallerPlace, type PreflightDeps, refuseForbidden, refuseTransfers } from './preflight.ts'
import {
  type CheckedOptions,
  checkOptions,
  languagesFor,
  type PlanDeps,
  planOf,
  type Speech,
} from './plan-call.ts'

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

/**
 * Accepts a call: checks the whole request, fixes the plan, and stores call, first event and dial job in
 * one transaction. Throws ApiError: `invalid_request` with every fault, or what a valid request still
 * cannot have.
 */
export async function placeCall(deps: PlaceCallDeps, account: AccountId, body: unknown): Promise<PlacedCall> {
  const { request, speech, numbers, settings, demandedDisclosure } = await readRequest(deps, account, body)
  const place = { account, settings, numbers }
  refuseTransfers(deps, place, request.transfer?.destinations ?? [])
  const languages = languagesFor(request, deps.catalogue())
  const from = callerNumber(deps, numbers, request.from_number)
  const to = request.phone_number
  const plan = planOf({ request, speech, account, ...languages, demandedDisclosure, to, from })
  const warnings = warningsFor(request, speech)
  const call = await store(deps, plan, { request, body, warnings, place })
  return { call, warnings }
}

interface ReadRequest extends Pick<CheckedOptions, 'numbers' | 'settings' | 'demandedDisclosure'> {
  readonly request: PlaceCall
  readonly speech: Speech
}

async function readRequest(deps: PlaceCallDeps, account: AccountId, given: unknown): Promise<ReadRequest> {
  const { body, faults } = await withAgent(deps, account, given)
  const checked = await checkOptions(deps, account, { schema: placeCallSchema, body })
  const errors = [...faults, ...checked.faults, ...checked.faultsOfMeaning]
  const { speech, numbers, settings, demandedDisclosure } = checked
  if (errors.length > 0 || speech === null) throw new ApiError('invalid_request', { errors })
  return { request: placeCallSchema.parse(body), speech, numbers, settings, demandedDisclosure }
}

function callerNumber(
  { defaultFromNumber }: PlaceCallDeps,
  owned: readonly string[],
  wanted: string | undefined,
): string | null {
  if (wanted === undefined) return defaultFromNumber ?? owned[0] ?? null
  if (owned.includes(wanted) || wanted === defaultFromNumber) return wanted
  const message = 'The number does not belong to this account'
  throw new ApiError('from_number_not_owned', {
    detail: message,
    errors: [{ path: 'from_number', message, code: 'from_number_not_owned' }],
  })
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
}

async function store(
  deps: PlaceCallDeps,
  plan: CallPlan,
  { request, body, warnings, place }: Accepted,
): Promise<CallRow> {
  const { database, jobs, alongside } = deps
  const { call, concerns } = await database.kysely.transaction().execute(async trx => {
    const wanted = {
      plan,
      request: body,
      metadata: request.metadata ?? null,
      webhookUrl: request.webhook_url ?? null,
      webhookEvents: request.webhook_events ?? null,
    }
    await refuseForbidden(trx, deps, { place, to: plan.to, minutes: plan.maxDurationMs / 60_000 })
    const row = await insertCall(trx, wanted, { type: 'queued' })
    const isHooked = await enqueueWebhook(trx, { call: row, event: 'call.queued' })
    await alongside?.(trx, { call: row, warnings })
    await jobs.send('dial', { callId: row.id }, { transaction: trx })
    const concerns: readonly CallConcern[] = isHooked ? ['queued', 'webhook'] : ['queued']
    return { call: row, concerns }
  })
  await notifyCall(database, call.id, ...concerns)
  return call
}
