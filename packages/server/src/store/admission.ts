import { sql } from 'kysely'
import { type Admission, admissionHoldsMs } from '../domain/admission.ts'
import type { CallId, TrunkId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'

/** The trunk of the settings (SIP_TRUNK), for accounts without carriers of their own. */
export const settingsTrunk = '00000000-0000-0000-0000-000000000000' as TrunkId

export interface TrunkLimits {
  /** Null: no limit. */
  readonly maxConcurrentCalls: number | null
  readonly callsPerSecond: number | null
}

export interface PlaceWanted {
  readonly trunk: TrunkId
  readonly call: CallId
  /** True: the call leaves at once and counts into the calls per second. */
  readonly dialing: boolean
  /** For the call's second line, besides the place that it has. */
  readonly second?: boolean
}

/** What the limiter counts as a second. */
export const windowMs = 1_000 + admissionHoldsMs

/**
 * Takes a place on a trunk for a call in progress, under the trunk's lock: whoever asks at the same moment,
 * on whatever worker, waits. The call's row is the lease of its place: it is free when the row says that the
 * call is over, which the reaper sees to where a worker is lost.
 */
export async function admitToTrunk(
  { kysely }: { kysely: Database['kysely'] | Transaction },
  { trunk, call, dialing, second = false }: PlaceWanted,
): Promise<Admission> {
  const answer = await sql<{ ms: number }>`
    select admit_to_trunk(${trunk}, ${call}, ${dialing}, ${windowMs}, ${second}) as ms`.execute(kysely)
  const ms = answer.rows[0]?.ms ?? -1
  if (ms === 0) return { kind: 'admitted' }
  return ms < 0 ? { kind: 'full' } : { kind: 'wait', ms }
}

/** Sets the limits of the settings' trunk, at the start of each worker. */
export async function limitSettingsTrunk({ kysely }: Database, limits: TrunkLimits): Promise<void> {
  const columns = {
    max_concurrent_calls: limits.maxConcurrentCalls,
    calls_per_second: limits.callsPerSecond,
  }
  await kysely
    .insertInto('trunk_limits')
    .values({ trunk_id: settingsTrunk, ...columns })
    .onConflict(conflict => conflict.column('trunk_id').doUpdateSet(columns))
    .execute()
}
