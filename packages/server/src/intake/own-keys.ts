import { type Scope, scopes as allScopes } from '@parley/contract/api-keys'
import { ApiError } from '@parley/contract/errors'
import {
  type ApiKeyRow,
  endApiKey,
  insertApiKey,
  type KeyHolder,
  lockApiKey,
  newApiKey,
} from '../store/api-keys.ts'
import type { Transaction } from '../store/database.ts'

/** The scopes, each once. Throws ApiError `insufficient_scope` for one that the holder does not have. */
export function ownGrant(holder: Pick<KeyHolder, 'scopes'>, wanted: readonly string[]): Scope[] {
  const lacking = wanted.find(scope => !holder.scopes.includes(scope))
  if (lacking !== undefined) {
    const detail = `The API key lacks the scope ${lacking}, and can not grant it`
    throw new ApiError('insufficient_scope', { detail, required_scope: lacking })
  }
  return allScopes.filter(scope => wanted.includes(scope))
}

/** Makes a key like another one, which ends when the overlap is over. Throws ApiError `not_found`. */
export async function rotateKey(
  trx: Transaction,
  holder: KeyHolder,
  { id, overlapMinutes }: { id: string; overlapMinutes: number },
): Promise<{ row: ApiKeyRow; key: string; previousEnd: Date }> {
  const account = holder.accountId
  const { name, scopes, allowed_ips, expires_at, ...found } =
    (await lockApiKey(trx, { account, id })) ?? unknownKey()
  const key = newApiKey()
  const grant = {
    name,
    scopes: ownGrant(holder, scopes),
    allowed_ips,
    ...(expires_at === null ? {} : { expires_at: expires_at.toISOString() }),
  }
  const row = await insertApiKey({ kysely: trx }, { account, key, grant })
  return { row, key, previousEnd: await endApiKey(trx, found.id, overlapMinutes) }
}

export function unknownKey(): never {
  throw new ApiError('not_found', { detail: 'No such key' })
}
