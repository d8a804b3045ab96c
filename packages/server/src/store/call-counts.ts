import { sql } from 'kysely'
import type { AccountId } from '../domain/ids.ts'
import type { FrequencyCap } from '../domain/preflight.ts'
import type { Database, Transaction } from './database.ts'

/** What an account's calls come to, for its limits. */

/** Until the transaction ends nobody else places a call that the account's limits are counted for. */
export async function lockCaps(trx: Transaction, account: AccountId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`caps ${account}`}, 0))`.execute(trx)
}

/** When the number was called within the cap's hours, newest first, as many as the cap counts. Cancelled calls are none. */
export async function callsTo(
  { kysely }: Pick<Database, 'kysely'>,
  { account, number, cap }: { account: AccountId; number: string; cap: FrequencyCap },
): Promise<number[]> {
  const rows = await kysely
    .selectFrom('calls')
    .select('created_at')
    .where('account_id', '=', account)
    .where('phone_number', '=', number)
    .where('direction', '=', 'outbound')
    .where('status', '!=', 'cancelled')
    .where('created_at', '>', sql<Date>`now() - make_interval(secs => ${cap.hours * 3_600})`)
    .orderBy('created_at', 'desc')
    .limit(cap.maxCalls)
    .execute()
  return rows.map(row => row.created_at.getTime())
}

export interface CallTotals {
  /** Waiting or under way. */
  readonly concurrentCalls: number
  /** Of the last hour; a call that is not over counts with the longest it may last. */
  readonly minutesOfHour: number
  /** Of the last 24 hours, as well. */
  readonly minutesOfDay: number
}

export async function callTotals(
  { kysely }: Pick<Database, 'kysely'>,
  account: AccountId,
): Promise<CallTotals> {
  const totals = await sql<{ concurrent: number; of_hour: number; of_day: number }>`
    with lately as (
      select created_at, case
          when status in ('pending', 'queued', 'in_progress') then (plan ->> 'maxDurationMs')::float8 / 60000
          when answered_at is null then 0
          else ceil(extract(epoch from ended_at - answered_at))::float8 / 60 end as minutes
      from calls where account_id = ${account} and direction = 'outbound'
        and created_at > now() - interval '24 hours'
    )
    select
      (select count(*)::int from calls where account_id = ${account} and direction = 'outbound'
        and status in ('pending', 'queued', 'in_progress')) as concurrent,
      coalesce(sum(minutes) filter (where created_at > now() - interval '1 hour'), 0) as of_hour,
      coalesce(sum(minutes), 0) as of_day from lately`.execute(kysely)
  const [row] = totals.rows
  return {
    concurrentCalls: row?.concurrent ?? 0,
    minutesOfHour: row?.of_hour ?? 0,
    minutesOfDay: row?.of_day ?? 0,
  }
}
