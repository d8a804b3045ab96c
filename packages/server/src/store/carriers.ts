import type { CreateCarrier, RegistrationStatus } from '@parley/contract/carriers'
import type { Page } from '@parley/contract/page'
import type { Selectable } from 'kysely'
import type { AccountId, CarrierId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Sealing } from './sealing.ts'
import type { Tables } from './tables.ts'
import { accountOf } from './vendor-carriers.ts'

/** A carrier with its limits and how it is registered; its password is not to be had from it. */
export interface CarrierRow
  extends Omit<Selectable<Tables['carriers']>, 'password_sealed'>,
    Omit<Selectable<Tables['trunk_limits']>, 'trunk_id'> {
  readonly registration_status: RegistrationStatus | null
  readonly registration_detail: string | null
}

const columns = [
  'id',
  'account_id',
  'name',
  'kind',
  'trunk_type',
  'host',
  'port',
  'transport',
  'srtp',
  'outbound',
  'inbound',
  'username',
  'realm',
  'inbound_auth',
  'priority',
  'created_at',
] as const

/** Null where the account has a carrier of that name already. */
export async function insertCarrier(
  trx: Transaction,
  o: { account: AccountId; carrier: CreateCarrier; sealing: Sealing },
): Promise<CarrierRow | null> {
  const { carrier, sealing } = o
  const { max_concurrent_calls, calls_per_second } = carrier
  const row = await trx
    .insertInto('carriers')
    .values({
      id: newId<CarrierId>(),
      account_id: o.account,
      name: carrier.carrier_name,
      kind: carrier.kind,
      ...(carrier.kind === 'sip' ? gatewayColumns(carrier, sealing) : accountColumns(carrier, sealing)),
      priority: carrier.priority,
    })
    .onConflict(conflict => conflict.columns(['account_id', 'name']).doNothing())
    .returning(columns)
    .executeTakeFirst()
  if (row === undefined) return null
  const limits = { max_concurrent_calls, calls_per_second }
  await trx
    .insertInto('trunk_limits')
    .values({ trunk_id: row.id, ...limits })
    .execute()
  return { ...row, ...limits, registration_status: null, registration_detail: null }
}

function gatewayColumns(carrier: CreateCarrier, sealing: Sealing) {
  const { trunk_type, registration, sip_gateway: gateway, inbound_auth } = carrier
  if (gateway === undefined) throw new Error('a SIP carrier without a gateway')
  return {
    trunk_type: trunk_type ?? 'static_ip',
    host: (gateway.ipv4 ?? gateway.host ?? '').toLowerCase(),
    port: gateway.port,
    transport: gateway.transport,
    srtp: gateway.srtp,
    outbound: gateway.outbound,
    inbound: gateway.inbound,
    username: registration?.username ?? null,
    password_sealed: registration ? sealing.seal(registration.password) : null,
    realm: registration?.realm ?? null,
    inbound_auth,
  }
}

function accountColumns(carrier: CreateCarrier, sealing: Sealing) {
  const gateway = { trunk_type: null, host: null, port: null, transport: null, outbound: true, inbound: true }
  return { ...gateway, ...accountOf(carrier, sealing) }
}

const selectCarriers = ({ kysely }: Database, account: AccountId) =>
  kysely
    .selectFrom('carriers')
    .innerJoin('trunk_limits', 'trunk_limits.trunk_id', 'carriers.id')
    .leftJoin('registrations', 'registrations.carrier_id', 'carriers.id')
    .select(columns)
    .select(['max_concurrent_calls', 'calls_per_second'])
    .select(['registrations.status as registration_status', 'registrations.detail as registration_detail'])
    .where('account_id', '=', account)

/** The account's carriers, newest first. An unusable cursor throws RangeError. */
export async function listCarriers(
  database: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<CarrierRow>> {
  let query = selectCarriers(database, account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as CarrierId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** Null where the account has no such carrier: another account's is none. */
export async function findCarrier(
  database: Database,
  o: { account: AccountId; id: string },
): Promise<CarrierRow | null> {
  if (!isUuid(o.id)) return null
  const row = await selectCarriers(database, o.account)
    .where('id', '=', o.id as CarrierId)
    .executeTakeFirst()
  return row ?? null
}

export type Removal = 'removed' | 'unknown' | 'in_use'

/** Calls that run keep their line; a carrier that numbers belong to stays. */
export async function deleteCarrier(
  trx: Transaction,
  o: { account: AccountId; id: string },
): Promise<Removal> {
  if (!isUuid(o.id)) return 'unknown'
  const id = o.id as CarrierId
  const carrier = await trx
    .selectFrom('carriers')
    .select('id')
    .where('account_id', '=', o.account)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (carrier === undefined) return 'unknown'
  const number = await trx
    .selectFrom('phone_numbers')
    .select('id')
    .where('carrier_id', '=', id)
    .limit(1)
    .executeTakeFirst()
  if (number !== undefined) return 'in_use'
  await trx.deleteFrom('carriers').where('id', '=', id).execute()
  await trx.deleteFrom('trunk_limits').where('trunk_id', '=', id).execute()
  return 'removed'
}
