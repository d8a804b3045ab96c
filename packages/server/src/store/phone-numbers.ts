import type { Page } from '@parley/contract/page'
import type { Selectable } from 'kysely'
import type { AccountId, AgentId, CarrierId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

/** A number and the name of its carrier. */
export type PhoneNumberRow = Selectable<Tables['phone_numbers']> & { carrier_name: string | null }

/** Adding a number that is there already changes nothing. */
export async function addNumbers(
  trx: Transaction,
  o: { account: AccountId; numbers: readonly string[] },
): Promise<void> {
  if (o.numbers.length === 0) return
  await trx
    .insertInto('phone_numbers')
    .values(o.numbers.map(number => ({ id: newId(), account_id: o.account, number, label: null })))
    .onConflict(conflict => conflict.columns(['account_id', 'number']).doNothing())
    .execute()
}

export interface NumberSettings {
  readonly label: string | null
  readonly carrierId: CarrierId | null
  readonly inboundAgent: Readonly<Record<string, unknown>> | null
  readonly inboundAgentId: AgentId | null
}

/** Null where the account has the number already. */
export async function insertNumber(
  trx: Transaction,
  o: { account: AccountId; number: string; settings: NumberSettings },
): Promise<PhoneNumberRow | null> {
  const id = newId()
  const inserted = await trx
    .insertInto('phone_numbers')
    .values({ id, account_id: o.account, number: o.number, source: 'api', ...columnsOf(o.settings) })
    .onConflict(conflict => conflict.columns(['account_id', 'number']).doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows === 0n) return null
  return await selectNumbers(trx, o.account).where('phone_numbers.id', '=', id).executeTakeFirstOrThrow()
}

/** Changes what is given. Null where the account has no such number. */
export async function changeNumber(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string; change: Partial<NumberSettings> },
): Promise<PhoneNumberRow | null> {
  if (!isUuid(o.id)) return null
  const change = columnsOf(o.change)
  if (Object.keys(change).length > 0) {
    await kysely
      .updateTable('phone_numbers')
      .set(change)
      .where('account_id', '=', o.account)
      .where('id', '=', o.id)
      .execute()
  }
  return await findNumber({ kysely }, o)
}

/** Null where the account has no such number: another account's is none. */
export async function findNumber(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<PhoneNumberRow | null> {
  if (!isUuid(o.id)) return null
  const row = await selectNumbers(kysely, o.account).where('phone_numbers.id', '=', o.id).executeTakeFirst()
  return row ?? null
}

/** The account's numbers, newest first. An unusable cursor throws RangeError. */
export async function listNumbers(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<PhoneNumberRow>> {
  let query = selectNumbers(kysely, account)
  if (page.cursor !== undefined) query = query.where('phone_numbers.id', '<', decodeCursor(page.cursor))
  const rows = await query
    .orderBy('phone_numbers.id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** False where the account has no such number. */
export async function deleteNumber(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<boolean> {
  if (!isUuid(o.id)) return false
  const deleted = await kysely
    .deleteFrom('phone_numbers')
    .where('account_id', '=', o.account)
    .where('id', '=', o.id)
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

const selectNumbers = (kysely: Database['kysely'] | Transaction, account: AccountId) =>
  kysely
    .selectFrom('phone_numbers')
    .leftJoin('carriers', 'carriers.id', 'phone_numbers.carrier_id')
    .selectAll('phone_numbers')
    .select('carriers.name as carrier_name')
    .where('phone_numbers.account_id', '=', account)

function columnsOf<Settings extends Partial<NumberSettings>>(settings: Settings) {
  const { label, carrierId, inboundAgent, inboundAgentId } = settings
  return {
    ...(label === undefined ? {} : { label }),
    ...(carrierId === undefined ? {} : { carrier_id: carrierId }),
    ...(inboundAgentId === undefined ? {} : { inbound_agent_id: inboundAgentId }),
    ...(inboundAgent === undefined
      ? {}
      : { inbound_agent: inboundAgent === null ? null : storableJson(inboundAgent) }),
  }
}
