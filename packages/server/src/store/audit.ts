import { timingSafeEqual } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { AccountId, ApiKeyId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { Tables } from './tables.ts'
import { storableJson } from './storable-json.ts'

/**
 * The audit log: who did what to an account. An entry is written in the transaction of what it tells, and hashed
 * together with the entry before it:
 *
 *     hash(n) = HMAC(master key, hash(n − 1) ‖ entry n)      head = HMAC(master key, n ‖ hash(n))
 */

export interface AuditEntry {
  readonly account: AccountId
  /** Null: the platform itself. */
  readonly keyId: ApiKeyId | null
  readonly ip: string | null
  readonly requestId: string | null
  /** What and how, e.g. `agent.created`. */
  readonly action: string
  readonly targetType: string
  readonly targetId: string | null
  /** Never a secret, a phone number or what was said. */
  readonly details: Readonly<Record<string, unknown>>
}

export type AuditRow = Selectable<Tables['audit_log']>

const start = Buffer.alloc(32)

/** Adds an entry. Entries of one account are written one after the other: the next waits for this transaction to end. */
export async function recordAudit(trx: Transaction, sealing: Sealing, entry: AuditEntry): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`audit ${entry.account}`}, 0))`.execute(trx)
  const last = await trx
    .selectFrom('audit_log')
    .select(['sequence', 'hash'])
    .where('account_id', '=', entry.account)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  const sequence = Number(last?.sequence ?? 0) + 1
  const row = {
    account_id: entry.account,
    at: new Date(),
    key_id: entry.keyId,
    ip: entry.ip,
    request_id: entry.requestId,
    action: entry.action,
    target_type: entry.targetType,
    target_id: entry.targetId,
    details: storableJson(entry.details),
  }
  const hash = hashOf(sealing, { ...row, sequence: String(sequence) }, last?.hash ?? start)
  await trx
    .insertInto('audit_log')
    .values({ ...row, sequence, hash })
    .execute()
  const head = { sequence, hash: headOf(sealing, String(sequence), hash) }
  await trx
    .insertInto('audit_heads')
    .values({ account_id: entry.account, ...head })
    .onConflict(conflict => conflict.column('account_id').doUpdateSet(head))
    .execute()
}

/** The account's log, newest first. */
export async function listAudit(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; before: number | undefined; action: string | undefined },
): Promise<AuditRow[]> {
  let query = kysely.selectFrom('audit_log').selectAll().where('account_id', '=', account)
  if (page.before !== undefined) query = query.where(sql<boolean>`sequence < ${page.before}`)
  if (page.action !== undefined) query = query.where('action', '=', page.action)
  return await query
    .orderBy('sequence', 'desc')
    .limit(page.limit + 1)
    .execute()
}

export type AuditVerdict =
  | { readonly intact: true; readonly entries: number }
  | { readonly intact: false; readonly sequence: number; readonly reason: string }

const pageLength = 500

/** Goes through an account's whole log. The first entry that is not what was written is told by its number. */
export async function verifyAudit(
  { kysely }: Database,
  o: { account: AccountId; sealing: Sealing },
): Promise<AuditVerdict> {
  const head = await kysely
    .selectFrom('audit_heads')
    .selectAll()
    .where('account_id', '=', o.account)
    .executeTakeFirst()
  let last: { sequence: number; hash: Buffer } = { sequence: 0, hash: start }
  for (;;) {
    const rows = await kysely
      .selectFrom('audit_log')
      .selectAll()
      .where('account_id', '=', o.account)
      .where(sql<boolean>`sequence > ${last.sequence}`)
      .orderBy('sequence')
      .limit(pageLength)
      .execute()
    for (const row of rows) {
      const sequence = last.sequence + 1
      if (Number(row.sequence) !== sequence) return broken(sequence, 'an entry is missing')
      if (!isSame(row.hash, hashOf(o.sealing, row, last.hash)))
        return broken(sequence, 'an entry was changed')
      last = { sequence, hash: row.hash }
    }
    if (rows.length < pageLength) return verdictAtEnd(o.sealing, last, head)
  }
}

/** Entries that were added while the log was read follow the head, which was read first. */
function verdictAtEnd(
  sealing: Sealing,
  last: { sequence: number; hash: Buffer },
  head: Selectable<Tables['audit_heads']> | undefined,
): AuditVerdict {
  if (last.sequence < Number(head?.sequence ?? 0))
    return broken(last.sequence + 1, 'entries at the end are missing')
  const isHead = head !== undefined && Number(head.sequence) === last.sequence
  if (isHead && !isSame(head.hash, headOf(sealing, head.sequence, last.hash)))
    return broken(last.sequence, 'the end of the log was changed')
  if (head === undefined && last.sequence > 0) return broken(last.sequence, 'the end of the log is missing')
  return { intact: true, entries: last.sequence }
}

function broken(sequence: number, reason: string): AuditVerdict {
  return { intact: false, sequence, reason }
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function hashOf(sealing: Sealing, row: Omit<AuditRow, 'hash'>, previous: Buffer): Buffer {
  const { account_id, sequence, at, key_id, ip, request_id, action, target_type, target_id, details } = row
  const entry = [
    account_id,
    sequence,
    at.toISOString(),
    key_id,
    ip,
    request_id,
    action,
    target_type,
    target_id,
  ]
  return sealing.hash('audit log', JSON.stringify([previous.toString('hex'), ...entry, details]))
}

function headOf(sealing: Sealing, sequence: string, hash: Buffer): Buffer {
  return sealing.hash('audit head', JSON.stringify([sequence, hash.toString('hex')]))
}
