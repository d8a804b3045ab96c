import type { AccountId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Database, Transaction } from './database.ts'

/** Numbers that the account may show as its own, oldest first. */
export async function ownedNumbers({ kysely }: Database, account: AccountId): Promise<string[]> {
  const rows = await kysely
    .selectFrom('phone_numbers')
    .select('number')
    .where('account_id', '=', account)
    .orderBy('id')
    .limit(1_000)
    .execute()
  return rows.map(row => row.number)
}

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
