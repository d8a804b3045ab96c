import { randomBytes } from 'node:crypto'
import { scopes } from '@parley/contract/api-keys'
import { sql } from 'kysely'
import type { AccountId } from '../domain/ids.ts'
import { createAccount } from './accounts.ts'
import { insertApiKey, newApiKey } from './api-keys.ts'
import type { Database, Transaction } from './database.ts'
import { addNumbers } from './phone-numbers.ts'
import type { Sealing } from './sealing.ts'

export interface BootstrapOptions {
  readonly sealing: Sealing
  /** `pk_live_…`; generated when absent. Counts on the first start only. */
  readonly adminKey?: string | undefined
  /** `whsec_…`; generated when absent. Counts on the first start only. */
  readonly webhookSecret?: string | undefined
  /** E.164 numbers that the first account owns; added at every start. */
  readonly ownedNumbers?: readonly string[]
}

export interface Bootstrapped {
  readonly accountId: AccountId
  /** Present on the first start only: the one moment at which they can be shown. */
  readonly created: { readonly adminKey: string; readonly webhookSecret: string } | null
}

/** Any number that nothing else locks. */
const lockKey = 727_540
const webhookSecretBytes = 32

/**
 * An empty database gets one account with a key that may do everything. Any number of processes may
 * start at once: one of them makes the account.
 */
export async function bootstrap({ kysely }: Database, o: BootstrapOptions): Promise<Bootstrapped> {
  return await kysely.transaction().execute(async trx => {
    await sql`select pg_advisory_xact_lock(${lockKey})`.execute(trx)
    const first = await trx.selectFrom('accounts').select('id').orderBy('id').limit(1).executeTakeFirst()
    const started = first ? { accountId: first.id, created: null } : await createFirst(trx, o)
    await addNumbers(trx, { account: started.accountId, numbers: o.ownedNumbers ?? [] })
    return started
  })
}

async function createFirst(trx: Transaction, o: BootstrapOptions): Promise<Bootstrapped> {
  const webhookSecret = o.webhookSecret ?? `whsec_${randomBytes(webhookSecretBytes).toString('base64')}`
  const accountId = await createAccount(trx, {
    name: 'Default',
    webhookSecret,
    sealing: o.sealing,
    isOperator: true,
  })
  const adminKey = o.adminKey ?? newApiKey()
  await insertApiKey(
    { kysely: trx },
    {
      account: accountId,
      key: adminKey,
      grant: { name: 'Administrator', scopes: [...scopes], allowed_ips: [] },
    },
  )
  return { accountId, created: { adminKey, webhookSecret } }
}
