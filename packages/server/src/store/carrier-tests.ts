import type { CarrierTest } from '@parley/contract/carriers'
import { sql } from 'kysely'
import type { CarrierId, CarrierTestId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Database } from './database.ts'
import type { Jobs } from './jobs.ts'
import { storableJson } from './storable-json.ts'
import { accountIn, type Gateway, gatewayColumns, gatewayOf, type SealedCredentials } from './trunks.ts'
import type { VendorCarrier } from './vendor-carriers.ts'

/** How long somebody waits for the result of a test, in seconds; a worker that comes later needs not ask. */
export const carrierTestSeconds = 10

/** Asks the workers to test a carrier; one of them will. Older questions, which nobody waits for, go. */
export async function askForCarrierTest(
  { database, jobs }: { database: Database; jobs: Jobs },
  carrierId: CarrierId,
): Promise<CarrierTestId> {
  const id = newId<CarrierTestId>()
  await database.kysely.transaction().execute(async trx => {
    await trx
      .deleteFrom('carrier_tests')
      .where('created_at', '<', sql<Date>`now() - interval '1 hour'`)
      .execute()
    await trx.insertInto('carrier_tests').values({ id, carrier_id: carrierId, result: null }).execute()
    await jobs.send('carrier-test', { testId: id }, { transaction: trx })
  })
  return id
}

/** A SIP gateway, or a vendor's account. */
export type TestedCarrier =
  | { readonly gateway: Gateway; readonly account: SealedCredentials; readonly registers: boolean }
  | { readonly vendor: VendorCarrier }

/** Whom to ask. Null: nobody waits for the result any more, or somebody has asked already. */
export async function findCarrierTest(
  { kysely }: Database,
  id: CarrierTestId,
): Promise<TestedCarrier | null> {
  const row = await kysely
    .selectFrom('carrier_tests')
    .innerJoin('carriers', 'carriers.id', 'carrier_tests.carrier_id')
    .select(['carriers.id', 'trunk_type', ...gatewayColumns])
    .where('carrier_tests.id', '=', id)
    .where('result', 'is', null)
    .where('carrier_tests.created_at', '>', sql<Date>`now() - make_interval(secs => ${carrierTestSeconds})`)
    .executeTakeFirst()
  if (row === undefined) return null
  const { id: carrier, trunk_type: type, password_sealed: accountSealed } = row
  const gateway = gatewayOf(row)
  if (gateway !== null) return { gateway, account: accountIn(row), registers: type === 'reg' }
  return accountSealed === null ? null : { vendor: { id: carrier, accountSealed } }
}

export async function keepCarrierTest(
  { kysely }: Database,
  id: CarrierTestId,
  result: CarrierTest,
): Promise<void> {
  await kysely
    .updateTable('carrier_tests')
    .set({ result: storableJson(result) })
    .where('id', '=', id)
    .execute()
}

/** Null while there is none. */
export async function readCarrierTest({ kysely }: Database, id: CarrierTestId): Promise<CarrierTest | null> {
  const row = await kysely
    .selectFrom('carrier_tests')
    .select('result')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.result ?? null
}
