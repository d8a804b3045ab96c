import { sql } from 'kysely'
import type { AccountId } from '../domain/ids.ts'
import type { Database } from './database.ts'
import type { QuotaSetting } from './account-settings.ts'

/** Minutes of calls. */
export interface BalanceFigures {
  /** Billed within the quota's period. */
  readonly used: number
  /** By calls that are not over: the longest that each may last. */
  readonly reserved: number
  /** Null: without limit. */
  readonly remaining: number | null
}

/** Rests on the calls' own rows, so that what is reserved and what is used never drift from them. */
export async function readBalance(
  { kysely }: Pick<Database, 'kysely'>,
  account: AccountId,
  quota: QuotaSetting | undefined,
): Promise<BalanceFigures> {
  const since =
    quota?.period === 'total' ? sql`'-infinity'` : sql`date_trunc('month', now() at time zone 'utc')`
  const figures = await sql<{ used: string; reserved: string }>`
    select
      (select coalesce(sum(billed_seconds), 0) from account_usage where account_id = ${account} and day >= ${since})
        as used,
      (select coalesce(sum(max_seconds), 0) from calls where account_id = ${account}
        and status in ('pending', 'queued', 'in_progress')) as reserved`.execute(kysely)
  const [row] = figures.rows
  const used = Number(row?.used ?? 0) / 60
  const reserved = Number(row?.reserved ?? 0) / 60
  const remaining = quota === undefined ? null : Math.max(0, quota.minutes - used - reserved)
  return { used, reserved, remaining }
}
