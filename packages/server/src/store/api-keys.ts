import { createHash, randomBytes } from 'node:crypto'
import type { CreateApiKey, Scope } from '@parley/contract/api-keys'
import { sql } from 'kysely'
import type { AccountId, ApiKeyId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'
import type { Selectable } from 'kysely'

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

/** Keys in use, newest first. */
export async function listApiKeys({ kysely }: Database, account: AccountId): Promise<ApiKeyRow[]> {
  return await kysely
    .selectFrom('api_keys')
    .select(columns)
    .where('account_id', '=', account)
    .where('revoked_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1_000)
    .execute()
}

/** False where the account has no such key in use. */
export async function revokeApiKey(
  { kysely }: Database,
  o: { account: AccountId; id: string },
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
