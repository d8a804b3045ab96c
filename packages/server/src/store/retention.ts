import { sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { RetentionSetting } from './account-settings.ts'
import type { Database } from './database.ts'

/** What is old enough to be erased. Times are given, not asked of the database: one clock decides. */

/** In days (reliability: PRI-01). */
const defaults = { audioDays: 30, transcriptDays: 90, metadataDays: 395 } as const
const dayMs = 24 * 3_600_000

export interface Cutoffs {
  readonly audio: Date
  readonly words: Date
  readonly persons: Date
}

export function cutoffsAt(nowMs: number, own: RetentionSetting = {}): Cutoffs {
  const before = (days: number) => new Date(nowMs - days * dayMs)
  const metadata = own.metadataDays ?? defaults.metadataDays
  // What a call is known by is never kept shorter than its words and its sound would be without it.
  return {
    audio: before(Math.min(own.audioDays ?? defaults.audioDays, metadata)),
    words: before(Math.min(own.transcriptDays ?? defaults.transcriptDays, metadata)),
    persons: before(metadata),
  }
}

export async function retentionOf({
  kysely,
}: Database): Promise<{ readonly account: AccountId; readonly own: RetentionSetting | undefined }[]> {
  const rows = await kysely.selectFrom('accounts').select(['id', 'settings']).execute()
  return rows.map(({ id, settings }) => ({ account: id, own: settings.retention }))
}

export interface OldCall {
  readonly id: CallId
  readonly recording_path: string | null
}

interface Old {
  readonly account: AccountId
  readonly endedBefore: Date
  readonly limit: number
}

/** Calls of which this is still there and has been long enough; the oldest first. */
export async function findOld(
  { kysely }: Database,
  what: 'audio' | 'words' | 'persons',
  { account, endedBefore, limit }: Old,
): Promise<OldCall[]> {
  const still = {
    audio: sql<boolean>`recording_path is not null`,
    words: sql<boolean>`not words_erased`,
    persons: sql<boolean>`erased_at is null`,
  } as const
  return await kysely
    .selectFrom('calls')
    .select(['id', 'recording_path'])
    .where('account_id', '=', account)
    .where('ended_at', '<', endedBefore)
    .where('status', 'in', ['completed', 'failed', 'cancelled'])
    .where(still[what])
    .orderBy('ended_at')
    .limit(limit)
    .execute()
}

/** Messages that tell of no call, and answers that nobody can ask for again. */
export async function sweepMessages(
  { kysely }: Database,
  o: { account: AccountId; before: Date; nowMs: number },
): Promise<void> {
  await kysely
    .deleteFrom('webhook_deliveries')
    .where('account_id', '=', o.account)
    .where('call_id', 'is', null)
    .where('created_at', '<', o.before)
    .execute()
  await kysely
    .deleteFrom('idempotency_keys')
    .where('account_id', '=', o.account)
    .where('created_at', '<', new Date(o.nowMs - dayMs))
    .execute()
}
