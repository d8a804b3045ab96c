import { ApiError } from '@parley/contract/errors'
import type { CallPlan } from '../domain/call-plan.ts'
import type { ControlWish } from '../domain/control.ts'
import type { CallId, ControlId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import { type CallRow, findCall, lockCall } from '../store/calls.ts'
import { collectControl, insertControl, withdrawControl } from '../store/controls.ts'
import type { Database, Transaction } from '../store/database.ts'
import { notifyCall } from '../store/notify.ts'
import type { LiveCalls } from './live-calls.ts'
import type { CallOf } from './stop-call.ts'

export interface SteerDeps {
  readonly database: Database
  readonly liveCalls: Pick<LiveCalls, 'until'>
  /** How long a worker may take to see the wish. */
  readonly controlPatienceMs?: number | undefined
  /** What else must be stored if and only if the wish is. */
  readonly alongside?: (trx: Transaction) => Promise<void>
}

const usualPatienceMs = 5_000
/** A worker that has taken a wish settles it in a moment. */
const settlingMs = 1_000

/** The plan of a call that is talked now. Throws ApiError `not_found`, or `conflict` with the call's state. */
export async function planOfLive(database: Database, of: CallOf): Promise<CallPlan> {
  return liveOrRefuse(await findCall(database, of)).plan
}

/**
 * Asks something of a live call, and resolves once the worker that has it does it. Throws ApiError: `not_found`;
 * `conflict` where the call is not talked, or its conversation refuses; `unavailable` where no worker took it in time,
 * and nothing was done; `outcome_unknown` where one took it and was heard no more of.
 */
export async function steerCall(deps: SteerDeps, of: CallOf, wish: ControlWish): Promise<void> {
  const { database, liveCalls, controlPatienceMs: patienceMs = usualPatienceMs } = deps
  const { id, callId } = await store(deps, of, wish)
  await notifyCall(database, callId, 'control')
  const collect = () => collectControl(database, id)
  const settled = (await liveCalls.until(callId, collect, patienceMs)) ?? (await withdraw(deps, of, id))
  const known = settled ?? (await liveCalls.until(callId, collect, settlingMs))
  if (known === null)
    throw new ApiError('outcome_unknown', {
      detail:
        'The worker that has the call took this and has not said what came of it; the call’s events tell',
    })
  if (known.fault !== null)
    throw new ApiError('conflict', { detail: known.fault, current_status: 'in_progress' })
}

async function store(
  { database, alongside }: SteerDeps,
  of: CallOf,
  wish: ControlWish,
): Promise<{ id: ControlId; callId: CallId }> {
  return await database.kysely.transaction().execute(async trx => {
    const call = liveOrRefuse(await lockCall(trx, of))
    const control = { id: newId<ControlId>(), callId: call.id, wish }
    await insertControl(trx, control)
    await alongside?.(trx)
    return control
  })
}

/** Throws ApiError: `not_found`, or `conflict` with the call's state where it is not talked. */
export function liveOrRefuse(call: CallRow | null): CallRow {
  if (call === null) throw new ApiError('not_found', { detail: 'No such call' })
  const { status, answered_at: answeredAt } = call
  if (status === 'in_progress' && answeredAt !== null) return call
  const detail =
    status === 'in_progress' ? 'The call has not been answered yet' : `The call is ${status} and not talked`
  throw new ApiError('conflict', { detail, current_status: status })
}

/** Null: a worker took it at the last moment. Else throws why nobody did. */
async function withdraw({ database }: SteerDeps, of: CallOf, id: ControlId): Promise<null> {
  if (!(await withdrawControl(database, id))) return null
  liveOrRefuse(await findCall(database, of))
  throw new ApiError('unavailable', {
    detail: 'The worker that has the call does not answer; nothing was done',
    retryAfterSeconds: 5,
  })
}
