import { type Selectable, sql } from 'kysely'
import type { AccountId } from '../domain/ids.ts'
import type { Database } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { Tables } from './tables.ts'

/** A secret without its value. */
export type SecretRow = Pick<Selectable<Tables['secrets']>, 'name' | 'created_at' | 'updated_at'>

/** Stores a secret, in the place of an earlier one of that name. */
export async function putSecret(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; name: string; sealed: string },
): Promise<{ row: SecretRow; existed: boolean }> {
  const row = await kysely
    .insertInto('secrets')
    .values({ account_id: o.account, name: o.name, value_sealed: o.sealed })
    .onConflict(conflict =>
      conflict
        .columns(['account_id', 'name'])
        .doUpdateSet({ value_sealed: o.sealed, updated_at: sql<Date>`clock_timestamp()` }),
    )
    .returning(['name', 'created_at', 'updated_at'])
    .executeTakeFirstOrThrow()
  return { row, existed: row.updated_at > row.created_at }
}

export async function listSecrets({ kysely }: Database, account: AccountId): Promise<SecretRow[]> {
  return await kysely
    .selectFrom('secrets')
    .select(['name', 'created_at', 'updated_at'])
    .where('account_id', '=', account)
    .orderBy('name')
    .limit(1_000)
    .execute()
}

/** False where the account has no such secret. */
export async function deleteSecret(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; name: string },
): Promise<boolean> {
  const deleted = await kysely
    .deleteFrom('secrets')
    .where('account_id', '=', o.account)
    .where('name', '=', o.name)
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

/** Null where the account has no such secret. */
export async function openSecret(
  { kysely }: Database,
  o: { account: AccountId; name: string; sealing: Sealing },
): Promise<string | null> {
  const row = await kysely
    .selectFrom('secrets')
    .select('value_sealed')
    .where('account_id', '=', o.account)
    .where('name', '=', o.name)
    .executeTakeFirst()
  return row === undefined ? null : o.sealing.open(row.value_sealed)
}
