import { sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { FrequencyCap } from '../domain/preflight.ts'
import type { Database, Transaction } from './database.ts'

/** What an account's calls come to, for its limits. */

/** Until the transaction ends nobody else places a call that the account's limits are counted for. */
export async function lockCaps(trx: Transaction, account: AccountId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`caps ${account}`}, 0))`.execute(trx)
}

/** Whose limits are counted, and for which call: it counts not against itself. */
interface Counted {
  readonly account: AccountId
  /** Null: one that is yet to be placed. */
  readonly self: CallId | null
}

/**
 * When the number was dialled within the caps' hours, newest first, as many times as the largest cap counts. A call
 * that waits counts from its time on, but not for another that waits: of several the first comes first.
 */
export async function callsTo(
  { kysely }: Pick<Database, 'kysely'>,
  { account, self, number, caps }: Counted & { number: string; caps: readonly FrequencyCap[] },
): Promise<number[]> {
  const hours = Math.max(...caps.map(cap => cap.hours))
  const since = sql`now() - make_interval(secs => ${hours * 3_600})`
  const most = Math.max(...caps.map(cap => cap.maxCalls))
  const rows = await sql<{ at: Date }>`
    select at from (
      select dialed_at as at from calls join attempts on call_id = id
        where account_id = ${account} and phone_number = ${number} and direction = 'outbound'
          and dialed_at > ${since}
      union all
      select greatest(created_at, dial_after) from calls
        where account_id = ${account} and phone_number = ${number} and direction = 'outbound'
          and status in ('pending', 'queued') and ${self}::uuid is null
    ) as dials order by at desc limit ${most}`.execute(kysely)
  return rows.rows.map(row => row.at.getTime())
}

export interface CallTotals {
  /** Queued or under way. */
  readonly concurrentCalls: number
  /** Of the last hour; a call that is not over counts with the longest it may last. */
  readonly minutesOfHour: number
  /** Of the last 24 hours, as well. */
  readonly minutesOfDay: number
}

export async function callTotals(
  { kysely }: Pick<Database, 'kysely'>,
  { account, self }: Counted,
): Promise<CallTotals> {
  const totals = await sql<{ concurrent: number; of_hour: number; of_day: number }>`
    with lately as (
      select created_at, case
          when status in ('pending', 'queued', 'in_progress') then (plan ->> 'maxDurationMs')::float8 / 60000
          when answered_at is null then 0
          else ceil(extract(epoch from ended_at - answered_at))::float8 / 60 end as minutes
      from calls where account_id = ${account} and direction = 'outbound'
        and created_at > now() - interval '24 hours' and id is distinct from ${self}::uuid
    )
    select
      (select count(*)::int from calls where account_id = ${account} and direction = 'outbound'
        and status in ('queued', 'in_progress') and id is distinct from ${self}::uuid) as concurrent,
      coalesce(sum(minutes) filter (where created_at > now() - interval '1 hour'), 0) as of_hour,
      coalesce(sum(minutes), 0) as of_day from lately`.execute(kysely)
  const [row] = totals.rows
  return {
    concurrentCalls: row?.concurrent ?? 0,
    minutesOfHour: row?.of_hour ?? 0,
    minutesOfDay: row?.of_day ?? 0,
  }
}
