import type { CallEventBody } from '@parley/contract/events'
import { dialHoldsMs } from '../domain/calling-window.ts'
import type { CallId } from '../domain/ids.ts'
import type { PreflightRefusal } from '../domain/preflight.ts'
import { readCallingAccount } from '../store/accounts.ts'
import { type CallRow, findLinkedCall, lockCall } from '../store/calls.ts'
import type { Transaction } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import { notifyCall } from '../store/notify.ts'
import { enqueueWebhook } from '../store/outbox.ts'
import { appendEvents } from '../store/events.ts'
import { makeReady, putOff, refuseWaiting } from '../store/waiting-calls.ts'
import { capsOf, judgeWithin, type PreflightDeps } from './preflight.ts'
import { details, type Refusal } from './refusals.ts'

/**
 * The preflight right before a call is dialled. What was allowed when the call was placed may not be any more: it
 * has waited, or its account's settings are others. What can not be looked up throws, and the call stays as it is.
 */

export interface RecheckDeps extends PreflightDeps {
  readonly jobs: Jobs
}

/** `ready`: it may be claimed. `put_off`: it waits for another time. `over`: it has ended, or nobody waits for it. */
export type Recheck = 'ready' | 'put_off' | 'over'

/** How long a call waits for limits of which nobody knows when they have room. */
const unknownWaitMs: Partial<Record<PreflightRefusal, number>> = {
  concurrency_cap_reached: 10_000,
  minutes_cap_reached: 10 * 60_000,
}

export async function recheckCall(deps: RecheckDeps, callId: CallId): Promise<Recheck> {
  const { database } = deps
  const found = await findLinkedCall(database, callId)
  if (found === null) return 'over'
  const account = await readCallingAccount(database, found.account_id)
  const recheck = await database.kysely.transaction().execute(async trx => {
    const verdict = await judgeWithin(trx, deps, {
      place: { account: found.account_id, ...account },
      wanted: {
        to: found.phone_number,
        minutes: found.plan.maxDurationMs / 60_000,
        window: found.dial_window,
        caps: capsOf(deps, account.settings),
        atMs: Date.now(),
        self: callId,
      },
    })
    const call = await lockCall(trx, { account: found.account_id, id: callId })
    if (call === null || (call.status !== 'pending' && call.status !== 'queued')) return 'over'
    if (verdict.allowed) return await letGo(trx, call)
    return await holdBack(trx, deps, { call, refusal: verdict })
  })
  await notifyCall(database, callId, 'webhook')
  return recheck
}

/** The event of a call that waits. */
export function scheduled(at: Date, because: PreflightRefusal | null): CallEventBody {
  return { type: 'scheduled', at: at.toISOString(), because }
}

async function letGo(trx: Transaction, call: CallRow): Promise<Recheck> {
  await makeReady(trx, call.id, dialHoldsMs(call.dial_window, Date.now()))
  if (call.status === 'queued') return 'ready'
  await appendEvents(trx, call.id, [{ type: 'queued' }])
  if (call.attempt === 0) await enqueueWebhook(trx, { call, event: 'call.queued' })
  return 'ready'
}

async function holdBack(
  trx: Transaction,
  { jobs }: RecheckDeps,
  { call, refusal: { refusal, allowedAtMs } }: { call: CallRow; refusal: Refusal },
): Promise<Recheck> {
  const waitMs = unknownWaitMs[refusal]
  const untilMs = allowedAtMs ?? (waitMs === undefined ? null : Date.now() + waitMs)
  if (untilMs === null) {
    const detail = details[refusal]
    await appendEvents(trx, call.id, [{ type: 'refused', code: refusal, detail }])
    await refuseWaiting(trx, call, detail)
    return 'over'
  }
  const until = new Date(untilMs)
  await putOff(trx, call.id, until)
  await appendEvents(trx, call.id, [scheduled(until, refusal)])
  await jobs.send('dial', { callId: call.id }, { transaction: trx, startAt: until })
  return 'put_off'
}
