import type { CreateCarrier } from '@parley/contract/carriers'
import { type VendorAccount, type VendorKind, vendorAccount } from '@parley/contract/vendor-accounts'
import type { AccountId, CarrierId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import type { Database } from './database.ts'
import type { Sealing } from './sealing.ts'

/** A carrier that is called by a vendor's API. */
export interface VendorCarrier {
  readonly id: CarrierId
  readonly accountSealed: string
}

/** The columns of a vendor's account: its public name, and the whole of it sealed. */
export function accountOf(
  carrier: CreateCarrier,
  sealing: Sealing,
): { username: string; password_sealed: string } {
  const { kind } = carrier
  const given = vendorAccount.parse({ kind, account: kind === 'sip' ? undefined : carrier[kind] })
  return { username: nameOf(given), password_sealed: sealing.seal(JSON.stringify(given)) }
}

function nameOf({ kind, account }: VendorAccount): string {
  switch (kind) {
    case 'twilio':
      return account.account_sid
    case 'telnyx':
      return account.connection_id
    case 'plivo':
      return account.auth_id
  }
}

/** Throws where the account was sealed with another master key. */
export function openAccount({ accountSealed }: VendorCarrier, sealing: Sealing): VendorAccount {
  return vendorAccount.parse(JSON.parse(sealing.open(accountSealed)))
}

/** Null: no such carrier, or one that is reached by SIP. */
export async function findVendorCarrier({ kysely }: Database, id: string): Promise<VendorCarrier | null> {
  if (!isUuid(id)) return null
  const row = await kysely
    .selectFrom('carriers')
    .select(['id', 'password_sealed'])
    .where('id', '=', id as CarrierId)
    .where('kind', '<>', 'sip')
    .executeTakeFirst()
  return row?.password_sealed ? { id: row.id, accountSealed: row.password_sealed } : null
}

/** The account's carriers at one vendor; at most 20. */
export async function vendorCarriers(
  { kysely }: Database,
  o: { account: AccountId; kind: VendorKind },
): Promise<VendorCarrier[]> {
  const rows = await kysely
    .selectFrom('carriers')
    .select(['id', 'password_sealed'])
    .where('account_id', '=', o.account)
    .where('kind', '=', o.kind)
    .orderBy('id', 'desc')
    .limit(20)
    .execute()
  return rows.flatMap(row =>
    row.password_sealed === null ? [] : [{ id: row.id, accountSealed: row.password_sealed }],
  )
}
