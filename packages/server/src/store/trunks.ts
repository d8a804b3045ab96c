import type { CarrierKind } from '@parley/contract/carriers'
import { sql } from 'kysely'
import type { AccountId, CallId, CarrierId, TrunkId } from '../domain/ids.ts'
import { admitToTrunk, settingsTrunk, type TrunkLimits } from './admission.ts'
import type { Database, Transaction } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { VendorCarrier } from './vendor-carriers.ts'

/** Where calls of an account may leave, best first. */
export interface OutboundTrunk extends TrunkLimits {
  readonly id: TrunkId
  /** Null for a vendor's account, and for the trunk of the settings. */
  readonly gateway: { readonly host: string; readonly port: number; readonly transport: string } | null
  readonly username: string | null
  readonly passwordSealed: string | null
  /** Set where calls leave by a vendor's API. */
  readonly vendor: VendorCarrier | null
}

/**
 * The account's own trunks: the one that the caller's number belongs to, then by priority. An account without
 * any has the trunk of the settings.
 */
export async function outboundTrunks(
  { kysely }: { kysely: Database['kysely'] | Transaction },
  o: { account: AccountId; from: string | null },
): Promise<OutboundTrunk[]> {
  const rows = await kysely
    .selectFrom('trunk_limits')
    .leftJoin('carriers', 'carriers.id', 'trunk_limits.trunk_id')
    .leftJoin('phone_numbers', join =>
      join
        .onRef('phone_numbers.carrier_id', '=', 'carriers.id')
        .on('phone_numbers.account_id', '=', o.account)
        .on('phone_numbers.number', '=', o.from ?? ''),
    )
    .select(['trunk_id', 'max_concurrent_calls', 'calls_per_second'])
    .select(['carriers.id as carrier_id', 'kind', 'host', 'port', 'transport', 'username', 'password_sealed'])
    .where(is =>
      is.or([
        is('trunk_id', '=', settingsTrunk),
        is.and([is('carriers.account_id', '=', o.account), is('outbound', '=', true)]),
      ]),
    )
    .orderBy(sql`phone_numbers.id is null`)
    .orderBy('priority')
    .orderBy('trunk_id')
    .execute()
  const trunks = rows.map(row => ({
    id: row.trunk_id,
    gateway:
      row.host === null || row.port === null || row.transport === null
        ? null
        : { host: row.host, port: row.port, transport: row.transport },
    username: row.username,
    passwordSealed: row.password_sealed,
    vendor: vendorOf(row),
    maxConcurrentCalls: row.max_concurrent_calls,
    callsPerSecond: row.calls_per_second,
  }))
  const own = trunks.filter(trunk => trunk.id !== settingsTrunk)
  return own.length > 0 ? own : trunks
}

function vendorOf(row: {
  carrier_id: CarrierId | null
  kind: CarrierKind | null
  password_sealed: string | null
}): VendorCarrier | null {
  const { carrier_id: id, kind, password_sealed: accountSealed } = row
  return id === null || kind === 'sip' || accountSealed === null ? null : { id, accountSealed }
}

/** Throws where the password was sealed with another master key. */
export function credentialsOf(
  trunk: Pick<OutboundTrunk, 'username' | 'passwordSealed'>,
  sealing: Sealing,
): { username: string; password: string } | null {
  const { username, passwordSealed } = trunk
  if (username === null || passwordSealed === null) return null
  return { username, password: sealing.open(passwordSealed) }
}

export function isLimited({ maxConcurrentCalls, callsPerSecond }: TrunkLimits): boolean {
  return maxConcurrentCalls !== null || callsPerSecond !== null
}

/**
 * Takes a place on the first trunk that has one. Null: all are full, or as many calls wait for their turn as
 * leave in two seconds. A refused try gives the lock of its trunk back at once, so that calls which try the same
 * trunks in another order never wait for each other.
 */
export async function takePlace(
  trx: Transaction,
  o: { call: CallId; trunks: readonly OutboundTrunk[] },
): Promise<TrunkId | null> {
  for (const trunk of o.trunks) {
    if (!isLimited(trunk)) {
      await trx.updateTable('calls').set({ trunk_id: trunk.id }).where('id', '=', o.call).execute()
      return trunk.id
    }
    await sql`savepoint place`.execute(trx)
    const admission = await admitToTrunk({ kysely: trx }, { trunk: trunk.id, call: o.call, dialing: false })
    if (admission.kind === 'admitted') return trunk.id
    await sql`rollback to savepoint place`.execute(trx)
  }
  return null
}
