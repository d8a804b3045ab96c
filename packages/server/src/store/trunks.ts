import type { CarrierKind } from '@parley/contract/carriers'
import { sql } from 'kysely'
import type { AccountId, CarrierId, TrunkId } from '../domain/ids.ts'
import type { TrunkLimits } from './admission.ts'
import type { Database } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { VendorCarrier } from './vendor-carriers.ts'

/** Where a SIP carrier is. */
export interface Gateway {
  readonly host: string
  readonly port: number
  readonly transport: string
  /** Audio is encrypted. */
  readonly srtp: boolean
}

/** What a carrier asks for; nulls where it asks for nothing. */
export interface SealedCredentials {
  readonly username: string | null
  readonly passwordSealed: string | null
  /** The only realm whose challenges are answered. */
  readonly realm: string | null
}

/** Where calls of an account may leave, best first. */
export interface OutboundTrunk extends TrunkLimits {
  readonly id: TrunkId
  /** Null for a vendor's account, and for the trunk of the settings. */
  readonly gateway: Gateway | null
  readonly account: SealedCredentials
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
    .select(['carriers.id as carrier_id', 'kind', ...gatewayColumns])
    .orderBy('best.place')
    .execute()
  return rows.map(row => ({
    id: row.trunk_id,
    gateway: gatewayOf(row),
    account: accountIn(row),
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

/** Of `carriers`. */
export const gatewayColumns = [
  'host',
  'port',
  'transport',
  'srtp',
  'username',
  'password_sealed',
  'realm',
] as const

interface GatewayRow {
  readonly host: string | null
  readonly port: number | null
  readonly transport: string | null
  readonly srtp: boolean | null
  readonly username: string | null
  readonly password_sealed: string | null
  readonly realm: string | null
}

export function gatewayOf({ host, port, transport, srtp }: GatewayRow): Gateway | null {
  if (host === null || port === null || transport === null) return null
  return { host, port, transport, srtp: srtp === true }
}

export function accountIn({
  username,
  password_sealed: passwordSealed,
  realm,
}: GatewayRow): SealedCredentials {
  return { username, passwordSealed, realm }
}

export interface Credentials {
  readonly username: string
  readonly password: string
  readonly realm?: string
}

/** Null where the carrier asks for nothing. Throws where the password was sealed with another master key. */
export function credentialsOf(account: SealedCredentials, sealing: Sealing): Credentials | null {
  const { username, passwordSealed, realm } = account
  if (username === null || passwordSealed === null) return null
  return { username, password: sealing.open(passwordSealed), ...(realm === null ? {} : { realm }) }
}

export function isLimited({ maxConcurrentCalls, callsPerSecond }: TrunkLimits): boolean {
  return maxConcurrentCalls !== null || callsPerSecond !== null
}
