import { sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { CalledCountry, FrequencyCap } from '../domain/preflight.ts'
import type { Database, Transaction } from './database.ts'

/** What an account's calls come to, for its limits. */

/** Until the transaction ends nobody else places a call that the account's limits are counted for. */
export async function lockCaps(trx: Transaction, account: AccountId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`caps ${account}`}, 0))`.execute(trx)
}

/** Whose limits are counted, and for which call: it counts not against itself. */
export interface Counted {
  readonly account: AccountId
  /** Null: one that is yet to be placed. */
  readonly self: CallId | null
  /** When it would be dialled, epoch milliseconds. */
  readonly atMs: number
}

/**
 * When the number was dialled within the caps' hours, or will be, the nearest times first, as many as the largest cap
 * counts. A call that waits counts at its time, and where that is past for as long as it waits. For a call that is
 * judged again only those count that may be dialled any moment: of several that wait the first comes first.
 */
export async function callsTo(
  { kysely }: Pick<Database, 'kysely'>,
  { account, self, atMs, number, caps }: Counted & { number: string; caps: readonly FrequencyCap[] },
): Promise<number[]> {
  const hours = Math.max(...caps.map(cap => cap.hours))
  const since = new Date(atMs - hours * 3_600_000)
  const most = Math.max(...caps.map(cap => cap.maxCalls))
  const rows = await sql<{ at: Date }>`
    select at from (
      select dialed_at as at from calls join attempts on call_id = id
        where account_id = ${account} and phone_number = ${number} and direction = 'outbound'
          and dialed_at > ${since}
      union all
      select ${dialTime} from calls
        where account_id = ${account} and phone_number = ${number} and ${mayBeDialled(self)}
    ) as dials order by ${distanceTo(atMs)} limit ${most}`.execute(kysely)
  return rows.rows.map(row => row.at.getTime())
}

const distanceTo = (atMs: number) => sql`abs(extract(epoch from at - ${new Date(atMs)}::timestamptz))`

/** Those that a new call counts beside, or one that is about to be dialled. */
const mayBeDialled = (self: CallId | null) =>
  self === null
    ? sql<boolean>`direction = 'outbound' and status in ('pending', 'queued')`
    : sql<boolean>`direction = 'outbound' and status = 'queued' and checked_until > clock_timestamp() and id <> ${self}`

/** A call that is late may leave any moment. */
const dialTime = sql<Date>`case when greatest(created_at, dial_after) > now() - interval '10 seconds'
  then greatest(created_at, dial_after) else now() end`

/** When each country was last called within the day, or will be by a call that waits: the nearest time. */
export async function calledCountries(
  { kysely }: Pick<Database, 'kysely'>,
  { account, self, atMs }: Counted,
): Promise<CalledCountry[]> {
  const { rows } = await sql<{ country: string; at: Date }>`
    select distinct on (country) country, at from (
      select country, dialed_at as at from called_countries
        where account_id = ${account} and dialed_at > now() - interval '25 hours'
      union all
      select country, ${dialTime} from calls
        where account_id = ${account} and country is not null and ${mayBeDialled(self)}
    ) as called order by country, ${distanceTo(atMs)}`.execute(kysely)
  return rows.map(row => ({ country: row.country, atMs: row.at.getTime() }))
}

/** Calls of the account that are queued or under way. */
export async function concurrentCalls(
  { kysely }: Pick<Database, 'kysely'>,
  { account, self }: Counted,
): Promise<number> {
  const { rows } = await sql<{ calls: number }>`
    select count(*)::int as calls from calls where account_id = ${account} and direction = 'outbound'
      and status in ('queued', 'in_progress') and id is distinct from ${self}::uuid`.execute(kysely)
  return rows[0]?.calls ?? 0
}

export interface MinutesLately {
  /** Of the last hour; a call that is not over counts with the longest it may last. */
  readonly minutesOfHour: number
  /** Of the last 24 hours, as well. */
  readonly minutesOfDay: number
}

export async function minutesLately(
  { kysely }: Pick<Database, 'kysely'>,
  { account, self }: Counted,
): Promise<MinutesLately> {
  const totals = await sql<{ of_hour: number; of_day: number }>`
    with lately as (
      select created_at, case
          when status in ('pending', 'queued', 'in_progress') then (plan ->> 'maxDurationMs')::float8 / 60000
          when answered_at is null then 0
          else ceil(extract(epoch from ended_at - answered_at))::float8 / 60 end as minutes
      from calls where account_id = ${account} and direction = 'outbound'
        and created_at > now() - interval '24 hours' and id is distinct from ${self}::uuid
    )
    select
      coalesce(sum(minutes) filter (where created_at > now() - interval '1 hour'), 0) as of_hour,
      coalesce(sum(minutes), 0) as of_day from lately`.execute(kysely)
  const [row] = totals.rows
  return { minutesOfHour: row?.of_hour ?? 0, minutesOfDay: row?.of_day ?? 0 }
}
