import type { AccountId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Database, Transaction } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { AccountSettings } from './tables.ts'

export async function createAccount(
  trx: Transaction,
  account: { name: string; webhookSecret: string; sealing: Sealing },
): Promise<AccountId> {
  const id = newId<AccountId>()
  const webhook_secret_sealed = account.sealing.seal(account.webhookSecret)
  await trx.insertInto('accounts').values({ id, name: account.name, webhook_secret_sealed }).execute()
  return id
}

/** Null where there is no such account. */
export async function readSettings({ kysely }: Database, id: AccountId): Promise<AccountSettings | null> {
  const row = await kysely.selectFrom('accounts').select('settings').where('id', '=', id).executeTakeFirst()
  return row?.settings ?? null
}

/** The secret that signs the account's webhooks (`whsec_…`). */
export async function readWebhookSecret(
  { kysely }: Database,
  o: { account: AccountId; sealing: Sealing },
): Promise<string> {
  const row = await kysely
    .selectFrom('accounts')
    .select('webhook_secret_sealed')
    .where('id', '=', o.account)
    .executeTakeFirstOrThrow()
  return o.sealing.open(row.webhook_secret_sealed)
}
