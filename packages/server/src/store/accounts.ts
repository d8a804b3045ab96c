import { type Selectable, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { AccountId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Database, Transaction } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { AccountSettings, Tables } from './tables.ts'

/** Numbers and voices of an account that are looked at. */
const most = 1_000

export async function createAccount(
  trx: Transaction,
  account: { name: string; webhookSecret: string; sealing: Sealing },
): Promise<AccountId> {
  const id = newId<AccountId>()
  const webhook_secret_sealed = account.sealing.seal(account.webhookSecret)
  await trx.insertInto('accounts').values({ id, name: account.name, webhook_secret_sealed }).execute()
  return id
}

/** What an account brings to every call of its own. */
export interface CallingAccount {
  readonly settings: AccountSettings
  /** Oldest first. */
  readonly numbers: readonly string[]
  /** Newest first. */
  readonly voices: readonly Pick<Selectable<Tables['voices']>, 'voice_id' | 'mode' | 'provider'>[]
}

/** One look, because whoever places a call waits for it. Nothing is there where the account is not. */
export async function readCallingAccount({ kysely }: Database, id: AccountId): Promise<CallingAccount> {
  const row = await kysely
    .selectFrom('accounts')
    .select('settings')
    .select(from => [
      sql<string[]>`array(${from
        .selectFrom('phone_numbers')
        .select('number')
        .where('account_id', '=', id)
        .orderBy('id')
        .limit(most)})`.as('numbers'),
      jsonArrayFrom(
        from
          .selectFrom('voices')
          .select(['voice_id', 'mode', 'provider'])
          .where('account_id', '=', id)
          .orderBy('id', 'desc')
          .limit(most),
      ).as('voices'),
    ])
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? { settings: {}, numbers: [], voices: [] }
}

/**
 * What signs tool calls and messages to the `webhook_url` of calls (`whsec_…`): the current secret, and the one before
 * for a day after it was changed.
 */
export async function readWebhookSecrets(
  { kysely }: Database,
  o: { account: AccountId; sealing: Sealing },
): Promise<string[]> {
  const row = await kysely
    .selectFrom('accounts')
    .select('webhook_secret_sealed')
    .select(
      sql<
        string | null
      >`case when previous_webhook_secret_until > now() then previous_webhook_secret_sealed end`.as(
        'previous',
      ),
    )
    .where('id', '=', o.account)
    .executeTakeFirstOrThrow()
  const sealed = [row.webhook_secret_sealed, ...(row.previous === null ? [] : [row.previous])]
  return sealed.map(one => o.sealing.open(one))
}
