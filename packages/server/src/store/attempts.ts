import type { CallEventBody } from '@parley/contract/events'
import type { LineQuality } from '@parley/contract/line-quality'
import { sql, type Transaction } from 'kysely'
import { browserParty } from '../domain/browser-ticket.ts'
import type { CallPlan } from '../domain/call-plan.ts'
import type { AccountId, CallId, NodeId, TrunkId } from '../domain/ids.ts'
import type { Outcome } from '../domain/outcome.ts'
import { retryAfterMs } from '../domain/retry.ts'
import { windowMs } from './admission.ts'
import type { Database } from './database.ts'
import { appendEvents } from './events.ts'
import type { Jobs } from './jobs.ts'
import { notifyCall } from './notify.ts'
import { enqueueWebhook, tellStarted } from './outbox.ts'
import { waitForRetry } from './waiting-calls.ts'
import type { CallLatency, Tables } from './tables.ts'

/** A call that this node alone may dial, once. */
export interface ClaimedCall {
  readonly id: CallId
  readonly attempt: number
  readonly plan: CallPlan
  /** On which it has a place; null where none is needed. */
  readonly trunk: TrunkId | null
}

/** Parties that are reached without a trunk: an address of its own, and a browser, which comes by itself. */
const trunkless = `^(sips?:|${browserParty}$)`

/**
 * Takes a queued call and commits its attempt as dialing, with a place on a trunk, before anything may leave
 * the machine.
 */
export async function claimCall(
  database: Database,
  { callId, nodeId }: { callId: CallId; nodeId: NodeId },
): Promise<ClaimedCall | Unclaimed> {
  const answer = await sql<Claim>`
    with claim as materialized (select * from claim_call(${callId}, ${nodeId}, ${trunkless}, ${windowMs}))
    select claim.*, case when verdict = 'claimed' then ${tellStarted(callId)} end as told
    from claim`.execute(database.kysely)
  const [claim] = answer.rows
  if (claim === undefined) throw new Error('claim_call gave no answer')
  if (claim.verdict !== 'claimed') return claim.verdict
  // Not waited for: it never rejects, and the call goes on meanwhile.
  void notifyCall(database, callId, ...(claim.told ? (['webhook'] as const) : []))
  return { id: callId, attempt: claim.attempt, plan: claim.plan, trunk: claim.trunk }
}

/**
 * Why a call is not this node's to dial. `taken`: somebody else has it, or it is no longer to be dialled, or later
 * and by another job. `early`: in a few seconds. `unchecked`: its preflight has to be made anew. `no_place`: the limits
 * of its trunks are reached. Where it is not taken it stays as it is.
 */
export type Unclaimed = 'taken' | 'early' | 'unchecked' | 'no_place'

type Claim =
  | { verdict: Unclaimed }
  | { verdict: 'claimed'; attempt: number; plan: CallPlan; trunk: TrunkId | null; told: boolean | null }

/**
 * A call that a node has claimed. A process that was stopped for a while may come back when others have ended its calls
 * already: what it stores then counts no more.
 */
export interface OwnCall {
  readonly callId: CallId
  readonly nodeId: NodeId
}

/** Keeps the carrier's id of the call from the moment it is placed. */
export async function recordPlaced(
  database: Database,
  { callId, nodeId }: OwnCall,
  providerCallId: string,
): Promise<void> {
  await database.kysely
    .updateTable('calls')
    .set({ provider_call_id: providerCallId })
    .where('id', '=', callId)
    .where('node_id', '=', nodeId)
    .where('status', '=', 'in_progress')
    .execute()
}

export interface AnsweredCall extends OwnCall {
  readonly lifeline: string | null
  readonly recordingPath: string | null
  /** How long ago; absent: now. */
  readonly ageMs?: number
}

/** The callee answered: from here any node can hang up, by the lifeline. False: it is not the node's call any more. */
export async function recordAnswered(database: Database, answered: AnsweredCall): Promise<boolean> {
  const at = sql<Date>`now() - make_interval(secs => ${(answered.ageMs ?? 0) / 1_000})`
  return await database.kysely.transaction().execute(async trx => {
    const own = await trx
      .updateTable('calls')
      .set({
        answered_at: at,
        call_status: 'in-progress',
        lifeline: answered.lifeline,
        recording_path: answered.recordingPath,
        recording_status: answered.recordingPath === null ? 'none' : 'recording',
      })
      .where('id', '=', answered.callId)
      .where('node_id', '=', answered.nodeId)
      .where('status', '=', 'in_progress')
      .executeTakeFirst()
    if (own.numUpdatedRows !== 1n) return false
    await trx
      .updateTable('attempts')
      .set({ answered_at: at })
      .where('call_id', '=', answered.callId)
      .where('ended_at', 'is', null)
      .execute()
    return true
  })
}

/** What is known of a call when it is over. */
export interface EndedCall {
  readonly callId: CallId
  /** The node that must own the call for this end to count. */
  readonly nodeId: NodeId
  readonly outcome: Outcome
  readonly networkCode: number | null
  readonly latency: CallLatency | null
  readonly lineStats: LineQuality | null
  /** Absent: left as it is, for the after-call work to settle. */
  readonly recording?: 'none' | 'ready' | 'partial'
}

/**
 * Ends a call: state, event, webhook and the job that follows, all or nothing. False: the call had
 * ended already or belongs to another node, and nothing was changed.
 */
export async function endCall(deps: { database: Database; jobs: Jobs }, ended: EndedCall): Promise<boolean> {
  const done = await deps.database.kysely.transaction().execute(trx => endWithin(trx, deps.jobs, ended))
  if (done) await notifyCall(deps.database, ended.callId, 'webhook')
  return done
}

async function endWithin(trx: Transaction<Tables>, jobs: Jobs, ended: EndedCall): Promise<boolean> {
  const { outcome, callId } = ended
  const call = await trx
    .selectFrom('calls')
    .select(['id', 'account_id', 'webhook_url', 'webhook_events', 'answered_at'])
    .select(['attempt', 'retry', 'stop_requested'])
    .where('id', '=', callId)
    .where('status', '=', 'in_progress')
    .where('node_id', '=', ended.nodeId)
    .forUpdate()
    .executeTakeFirst()
  if (call === undefined) return false
  await endAttempt(trx, ended)
  const reached = call.answered_at !== null
  const { attempt } = call
  const terms = call.stop_requested === null ? call.retry : null
  const afterMs = retryAfterMs(terms, { ...outcome, attempt, answered: reached })
  if (afterMs !== null) {
    await waitForRetry(trx, jobs, { callId, attempt, outcome, at: new Date(Date.now() + afterMs) })
    return true
  }
  await trx
    .updateTable('calls')
    .set({
      status: outcome.status,
      call_status: outcome.callStatus,
      end_reason: outcome.endReason,
      error_message: outcome.errorMessage,
      answered_by: outcome.answeredBy,
      fault: outcome.fault,
      ended_at: sql<Date>`now()`,
      latency: ended.latency === null ? null : JSON.stringify(ended.latency),
      line_stats: ended.lineStats === null ? null : JSON.stringify(ended.lineStats),
      ...(ended.recording === undefined ? {} : { recording_status: ended.recording }),
      ...(reached ? {} : { completed: true }),
    })
    .where('id', '=', callId)
    .execute()
  await appendEvents(trx, callId, [endedEvent(outcome)])
  if (outcome.status === 'failed' || !reached) await enqueueWebhook(trx, { call, event: 'call.failed' })
  if (reached) await jobs.send('after-call', { callId }, { transaction: trx })
  return true
}

async function endAttempt(
  trx: Transaction<Tables>,
  { callId, outcome, networkCode }: EndedCall,
): Promise<void> {
  await trx
    .updateTable('attempts')
    .set({
      ended_at: sql<Date>`now()`,
      network_code: networkCode,
      call_status: outcome.callStatus,
      error_message: outcome.errorMessage,
    })
    .where('call_id', '=', callId)
    .where('ended_at', 'is', null)
    .execute()
}

/** The last event of a call. */
export function endedEvent(outcome: Outcome): CallEventBody {
  return {
    type: 'ended',
    call_status: outcome.callStatus,
    end_reason: outcome.endReason,
    error_message: outcome.errorMessage,
  }
}

/** A call whose node is gone. */
export interface OrphanedCall {
  readonly id: CallId
  readonly accountId: AccountId
  readonly nodeId: NodeId
  /** Of its own line and of the one to whoever the callee was connected to, as far as they were answered. */
  readonly lifelines: readonly string[]
}

/** Calls in progress whose node did not renew its lease; at most 50 at once. */
export async function findOrphans(database: Database): Promise<OrphanedCall[]> {
  const rows = await database.kysely
    .selectFrom('calls')
    .leftJoin('nodes', 'nodes.id', 'calls.node_id')
    .leftJoin('second_legs', 'second_legs.call_id', 'calls.id')
    .select(['calls.id', 'calls.account_id', 'calls.node_id', 'calls.lifeline'])
    .select('second_legs.lifeline as second_lifeline')
    .where('calls.status', '=', 'in_progress')
    .where(where =>
      where.or([where('nodes.id', 'is', null), where('nodes.lease_until', '<', sql<Date>`now()`)]),
    )
    .orderBy('calls.id')
    .limit(50)
    .execute()
  return rows.flatMap(({ id, account_id: accountId, node_id: nodeId, lifeline, second_lifeline }) => {
    const lifelines = [lifeline, second_lifeline].filter(line => line !== null)
    return nodeId === null ? [] : [{ id, accountId, nodeId, lifelines }]
  })
}

/** Those of these calls that are over; at most 50 at once. */
export async function findOver(
  database: Database,
  callIds: readonly string[],
): Promise<{ id: CallId; accountId: AccountId }[]> {
  if (callIds.length === 0) return []
  return await database.kysely
    .selectFrom('calls')
    .select(['id', 'account_id as accountId'])
    .where(sql<boolean>`id = any(${callIds}::uuid[])`)
    .where('status', 'in', ['completed', 'failed', 'cancelled'])
    .limit(50)
    .execute()
}

/** Stops that were asked for, among these live calls. */
export async function findStops(
  database: Database,
  callIds: readonly CallId[],
): Promise<{ id: CallId; how: 'now' | 'farewell' }[]> {
  if (callIds.length === 0) return []
  const rows = await database.kysely
    .selectFrom('calls')
    .select(['id', 'stop_requested'])
    .where('id', 'in', callIds)
    .where('stop_requested', 'is not', null)
    .execute()
  return rows.flatMap(row => (row.stop_requested === null ? [] : [{ id: row.id, how: row.stop_requested }]))
}
