import { createHash, randomBytes } from 'node:crypto'
import type { ChangeApiKey, CreateApiKey, Scope } from '@parley/contract/api-keys'
import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import type { AccountId, ApiKeyId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'

/**
 * Keys are 256 random bits, so one round of SHA-256 is enough to store them by: nobody can try them out.
 * Looking a key up by its hash also leaves nothing to time.
 */
const keyBytes = 32
const keyStart = 'pk_live_'
/** Enough to recognise a key by: `pk_live_` and four more characters. */
const prefixLength = keyStart.length + 4

/** Who asks, by the key they hold. */
export interface KeyHolder {
  readonly keyId: ApiKeyId
  readonly accountId: AccountId
  readonly scopes: readonly string[]
  /** Addresses and CIDR ranges that may use the key; empty: all. */
  readonly allowedIps: readonly string[]
}

export type ApiKeyRow = Omit<Selectable<Tables['api_keys']>, 'hash'>
const columns = [
  'id',
  'account_id',
  'name',
  'prefix',
  'last_four',
  'scopes',
  'allowed_ips',
  'expires_at',
  'revoked_at',
  'created_at',
] as const

export function newApiKey(): string {
  return keyStart + randomBytes(keyBytes).toString('base64url')
}

/** Stores a key; the key itself is not to be had from the row. */
export async function insertApiKey(
  { kysely }: { kysely: Database['kysely'] | Transaction },
  o: { account: AccountId; key: string; grant: CreateApiKey & { scopes: readonly Scope[] } },
): Promise<ApiKeyRow> {
  return await kysely
    .insertInto('api_keys')
    .values({
      id: newId<ApiKeyId>(),
      account_id: o.account,
      name: o.grant.name,
      prefix: o.key.slice(0, prefixLength),
      last_four: o.key.slice(-4),
      hash: hashOf(o.key),
      scopes: [...o.grant.scopes],
      allowed_ips: [...o.grant.allowed_ips],
      expires_at: o.grant.expires_at === undefined ? null : new Date(o.grant.expires_at),
      revoked_at: null,
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** Null for a key that never was, has expired or was revoked. */
export async function findKeyHolder({ kysely }: Database, key: string): Promise<KeyHolder | null> {
  if (!key.startsWith(keyStart)) return null
  const row = await kysely
    .selectFrom('api_keys')
    .select(['id', 'account_id', 'scopes', 'allowed_ips'])
    .where('hash', '=', hashOf(key))
    .where('revoked_at', 'is', null)
    .where(is => is.or([is('expires_at', 'is', null), is('expires_at', '>', sql<Date>`now()`)]))
    .executeTakeFirst()
  if (row === undefined) return null
  return { keyId: row.id, accountId: row.account_id, scopes: row.scopes, allowedIps: row.allowed_ips }
}

/** Those of the keys that can be used now. */
export async function findUsable(
  { kysely }: Database,
  ids: readonly ApiKeyId[],
): Promise<ReadonlySet<ApiKeyId>> {
  const rows = await kysely
    .selectFrom('api_keys')
    .select('id')
    .where('id', 'in', ids)
    .where('revoked_at', 'is', null)
    .where(is => is.or([is('expires_at', 'is', null), is('expires_at', '>', sql<Date>`now()`)]))
    .execute()
  return new Set(rows.map(row => row.id))
}

/** Keys that are not revoked, newest first. An unusable cursor throws RangeError. */
export async function listApiKeys(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<ApiKeyRow>> {
  let query = kysely
    .selectFrom('api_keys')
    .select(columns)
    .where('account_id', '=', account)
    .where('revoked_at', 'is', null)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as ApiKeyId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

interface KeyOf {
  readonly account: AccountId
  readonly id: string
}

/** A key that is not revoked, locked until the transaction ends. Null where the account has no such one. */
export async function lockApiKey(trx: Transaction, { account, id }: KeyOf): Promise<ApiKeyRow | null> {
  if (!isUuid(id)) return null
  const row = await trx
    .selectFrom('api_keys')
    .select(columns)
    .where('account_id', '=', account)
    .where('id', '=', id as ApiKeyId)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row ?? null
}

export async function changeApiKey(trx: Transaction, id: ApiKeyId, change: ChangeApiKey): Promise<ApiKeyRow> {
  const { name, scopes, allowed_ips, expires_at } = change
  return await trx
    .updateTable('api_keys')
    .set({
      ...(name === undefined ? {} : { name }),
      ...(scopes === undefined ? {} : { scopes: [...new Set(scopes)] }),
      ...(allowed_ips === undefined ? {} : { allowed_ips }),
      ...(expires_at === undefined ? {} : { expires_at: expires_at === null ? null : new Date(expires_at) }),
      // What is left as it is must be named once, or there is nothing to set.
      revoked_at: null,
    })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** Lets a key end after so many minutes, unless it ends earlier by itself. Answers when. */
export async function endApiKey(trx: Transaction, id: ApiKeyId, minutes: number): Promise<Date> {
  const row = await trx
    .updateTable('api_keys')
    .set({ expires_at: sql<Date>`least(expires_at, now() + make_interval(secs => ${minutes * 60}))` })
    .where('id', '=', id)
    .returning('expires_at')
    .executeTakeFirstOrThrow()
  if (row.expires_at === null) throw new Error('a key that was ended has no end')
  return row.expires_at
}

/** False where the account has no such key in use. */
export async function revokeApiKey(
  { kysely }: { kysely: Database['kysely'] | Transaction },
  o: KeyOf,
): Promise<boolean> {
  const revoked = await kysely
    .updateTable('api_keys')
    .set({ revoked_at: sql<Date>`now()` })
    .where('account_id', '=', o.account)
    .where('id', '=', o.id as ApiKeyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return revoked.numUpdatedRows === 1n
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
