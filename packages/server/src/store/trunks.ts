import type { CarrierKind } from '@parley/contract/carriers'
import { sql } from 'kysely'
import type { AccountId, CarrierId, TrunkId } from '../domain/ids.ts'
import type { TrunkLimits } from './admission.ts'
import type { Database } from './database.ts'
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

/** Where calls of the account may leave, best first; `outbound_trunks` in the database says which. */
export async function outboundTrunks(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; from: string | null },
): Promise<OutboundTrunk[]> {
  const rows = await kysely
    .selectFrom(
      sql<{
        trunk: TrunkId
        place: number
      }>`outbound_trunks(${o.account}, ${o.from}) with ordinality`.as<'best'>(sql`best (trunk, place)`),
    )
    .innerJoin('trunk_limits', 'trunk_id', 'best.trunk')
    .leftJoin('carriers', 'carriers.id', 'trunk_id')
    .select(['trunk_id', 'max_concurrent_calls', 'calls_per_second'])
    .select(['carriers.id as carrier_id', 'kind', 'host', 'port', 'transport', 'username', 'password_sealed'])
    .orderBy('best.place')
    .execute()
  return rows.map(row => ({
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
