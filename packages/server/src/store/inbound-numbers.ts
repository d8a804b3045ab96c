import { sql } from 'kysely'
import type { AccountId, CarrierId, TrunkId } from '../domain/ids.ts'
import { settingsTrunk } from './admission.ts'
import type { Database } from './database.ts'

/** A number that somebody answers. */
export interface AnsweredNumber {
  readonly account: AccountId
  /** The trunk that the call came in by. */
  readonly trunk: TrunkId
  /** As it was set: options of a call. */
  readonly agent: Readonly<Record<string, unknown>>
}

/** Addresses that carriers of any account send calls from. */
export async function inboundAddresses({ kysely }: Database): Promise<string[]> {
  const rows = await kysely
    .selectFrom('carriers')
    .select('host')
    .distinct()
    .where('inbound', '=', true)
    .execute()
  return rows.flatMap(row => row.host ?? [])
}

/**
 * Who answers a number that is called from an address: an account that has both the number and a carrier at
 * the address; for the trunk of the settings, any account with the number. Where several accounts named the
 * same number, the one that did so first. Null: nobody.
 */
export async function findAnsweredNumber(
  { kysely }: Database,
  o: { number: string; source: string; isSettingsTrunk: boolean },
): Promise<AnsweredNumber | null> {
  const row = await kysely
    .selectFrom('phone_numbers')
    .leftJoin('carriers', join =>
      join
        .onRef('carriers.account_id', '=', 'phone_numbers.account_id')
        .on('carriers.inbound', '=', true)
        .on('carriers.host', '=', o.source)
        .on(is =>
          is.or([
            is('phone_numbers.carrier_id', 'is', null),
            is('phone_numbers.carrier_id', '=', is.ref('carriers.id')),
          ]),
        ),
    )
    .select(['phone_numbers.account_id', 'phone_numbers.inbound_agent', 'carriers.id as carrier_id'])
    .where('number', '=', o.number)
    .where('inbound_agent', 'is not', null)
    .where(is =>
      is.or([
        is('carriers.id', 'is not', null),
        is.and([is('phone_numbers.carrier_id', 'is', null), is.val(o.isSettingsTrunk)]),
      ]),
    )
    .orderBy(sql`carriers.id is null`)
    .orderBy('phone_numbers.id')
    .orderBy('carriers.priority')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.inbound_agent === null) return null
  return { account: row.account_id, trunk: row.carrier_id ?? settingsTrunk, agent: row.inbound_agent }
}

/**
 * Who answers a number when a vendor announces a call to it: the account of the carrier, where it has the number
 * and does not keep it with another carrier. Null: nobody.
 */
export async function findNumberOfCarrier(
  { kysely }: Database,
  o: { number: string; carrier: CarrierId },
): Promise<AnsweredNumber | null> {
  const row = await kysely
    .selectFrom('carriers')
    .innerJoin('phone_numbers', 'phone_numbers.account_id', 'carriers.account_id')
    .select(['phone_numbers.account_id', 'phone_numbers.inbound_agent'])
    .where('carriers.id', '=', o.carrier)
    .where('number', '=', o.number)
    .where(is =>
      is.or([
        is('phone_numbers.carrier_id', 'is', null),
        is('phone_numbers.carrier_id', '=', is.ref('carriers.id')),
      ]),
    )
    .executeTakeFirst()
  if (row === undefined || row.inbound_agent === null) return null
  return { account: row.account_id, trunk: o.carrier, agent: row.inbound_agent }
}
