import { sql } from 'kysely'
import type { AccountId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'

/** How long a key stands for its first request. */
const lifetime = sql`interval '24 hours'`
/** Old keys that each new one clears away, so that none pile up. */
const sweep = 20

export interface IdempotentRequest {
  readonly account: AccountId
  readonly key: string
  /** SHA-256 of what was asked for. */
  readonly requestHash: Buffer
}

/** The key was used meanwhile: what the transaction did must not be. */
export class KeyTaken extends Error {
  constructor() {
    super('the idempotency key is taken')
    this.name = 'KeyTaken'
  }
}

/**
 * Keeps the answer of a request under its key, if and only if the transaction commits. Of requests that
 * come together one gets the key and the others wait here for it; when it is taken, throws KeyTaken.
 */
export async function keepAnswer(
  trx: Transaction,
  { account, key, requestHash }: IdempotentRequest,
  answer: object,
): Promise<void> {
  await sql`delete from idempotency_keys where ctid in (
    select ctid from idempotency_keys where created_at < now() - ${lifetime}
    order by (account_id, key) = (${account}, ${key}) desc limit ${sweep} for update skip locked)`.execute(
    trx,
  )
  const kept = await trx
    .insertInto('idempotency_keys')
    .values({ account_id: account, key, request_hash: requestHash, answer: storableJson(answer) })
    .onConflict(conflict => conflict.columns(['account_id', 'key']).doNothing())
    .executeTakeFirst()
  if (kept.numInsertedOrUpdatedRows !== 1n) throw new KeyTaken()
}

/** Takes a kept answer back: what it told did not come about. */
export async function forgetAnswer(
  { kysely }: Database,
  { account, key, requestHash }: IdempotentRequest,
): Promise<void> {
  await kysely
    .deleteFrom('idempotency_keys')
    .where('account_id', '=', account)
    .where('key', '=', key)
    .where('request_hash', '=', requestHash)
    .execute()
}

/** What was answered under the key; null where nothing was. */
export async function recallAnswer(
  { kysely }: Database,
  { account, key }: Pick<IdempotentRequest, 'account' | 'key'>,
): Promise<{ requestHash: Buffer; answer: Record<string, unknown> } | null> {
  const row = await kysely
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'answer'])
    .where('account_id', '=', account)
    .where('key', '=', key)
    .where('created_at', '>=', sql<Date>`now() - ${lifetime}`)
    .executeTakeFirst()
  return row === undefined ? null : { requestHash: row.request_hash, answer: row.answer }
}
