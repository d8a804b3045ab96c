import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { AccountId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { AccountSettings, Tables } from './tables.ts'
import { storableJson } from './storable-json.ts'

/** Numbers and voices of an account that are looked at. */
const most = 1_000

export async function createAccount(
  trx: Transaction,
  account: {
    name: string
    webhookSecret: string
    sealing: Sealing
    isOperator?: boolean
    settings?: AccountSettings
  },
): Promise<AccountId> {
  const id = newId<AccountId>()
  const webhook_secret_sealed = account.sealing.seal(account.webhookSecret)
  const { name, isOperator: is_operator = false, settings = {} } = account
  await trx
    .insertInto('accounts')
    .values({ id, name, webhook_secret_sealed, is_operator, settings: storableJson(settings) })
    .execute()
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

export type AccountRow = Pick<
  Selectable<Tables['accounts']>,
  'id' | 'name' | 'settings' | 'is_operator' | 'created_at'
>
const columns = ['id', 'name', 'settings', 'is_operator', 'created_at'] as const

/** Null where there is none. */
export async function findAccount(
  { kysely }: Pick<Database, 'kysely'>,
  id: string,
): Promise<AccountRow | null> {
  if (!isUuid(id)) return null
  const row = await kysely
    .selectFrom('accounts')
    .select(columns)
    .where('id', '=', id as AccountId)
    .executeTakeFirst()
  return row ?? null
}

/** All accounts, or the one that is named, newest first. An unusable cursor throws RangeError. */
export async function listAccounts(
  { kysely }: Database,
  page: { limit: number; cursor?: string | undefined; only: AccountId | null },
): Promise<Page<AccountRow>> {
  let query = kysely.selectFrom('accounts').select(columns)
  if (page.only !== null) query = query.where('id', '=', page.only)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as AccountId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** Null where there is none. The row stays locked while `change` makes new settings of the ones that are there. */
export async function changeAccount(
  trx: Transaction,
  id: string,
  change: (account: AccountRow) => { name: string; settings: AccountSettings },
): Promise<AccountRow | null> {
  if (!isUuid(id)) return null
  const found = await trx
    .selectFrom('accounts')
    .select(columns)
    .where('id', '=', id as AccountId)
    .forUpdate()
    .executeTakeFirst()
  if (found === undefined) return null
  const { name, settings } = change(found)
  return await trx
    .updateTable('accounts')
    .set({ name, settings: storableJson(settings) })
    .where('id', '=', found.id)
    .returning(columns)
    .executeTakeFirstOrThrow()
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
