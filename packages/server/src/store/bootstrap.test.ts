import { expect, test } from 'vitest'
import { testDatabase } from '../../test/postgres.ts'
import { readWebhookSecrets } from './accounts.ts'
import { findKeyHolder, insertApiKey, listApiKeys, newApiKey, revokeApiKey } from './api-keys.ts'
import { bootstrap } from './bootstrap.ts'
import { readCallingAccount } from './accounts.ts'
import { createSealing } from './sealing.ts'

const sealing = createSealing(Buffer.alloc(32, 3))

test('the first start makes one account, however many processes start together', async () => {
  await using opened = await testDatabase()
  const { database } = opened
  const starts = await Promise.all(
    [1, 2, 3].map(() => bootstrap(database, { sealing, ownedNumbers: ['+18005551234'] })),
  )
  const made = starts.flatMap(start => start.created ?? [])
  expect(made).toHaveLength(1)
  const account = starts[0]!.accountId
  const { adminKey, webhookSecret } = made[0]!
  expect(adminKey).toMatch(/^pk_live_[\w-]{43}$/)
  expect(await findKeyHolder(database, adminKey)).toMatchObject({ accountId: account })
  expect(await readWebhookSecrets(database, { account, sealing })).toEqual([webhookSecret])
  const later = await bootstrap(database, { sealing, ownedNumbers: ['+18005551234', '+14155550100'] })
  expect(later).toEqual({ accountId: account, created: null })
  expect((await readCallingAccount(database, account)).numbers).toEqual(['+18005551234', '+14155550100'])
})

test('given secrets are taken', async () => {
  await using opened = await testDatabase()
  const adminKey = newApiKey()
  const { created } = await bootstrap(opened.database, { sealing, adminKey, webhookSecret: 'whsec_abc' })
  expect(created).toEqual({ adminKey, webhookSecret: 'whsec_abc' })
})

test('a key opens until it expires or is revoked, and is stored as a hash only', async () => {
  await using opened = await testDatabase()
  const { database } = opened
  const { accountId: account } = await bootstrap(database, { sealing })
  const make = async (expires_at: string | undefined) => {
    const key = newApiKey()
    const grant = { name: 'k', scopes: ['calls:read' as const], allowed_ips: [] }
    const row = await insertApiKey(database, {
      account,
      key,
      grant: { ...grant, ...(expires_at === undefined ? {} : { expires_at }) },
    })
    return { key, row }
  }
  const expired = await make('2020-01-01T00:00:00Z')
  expect(await findKeyHolder(database, expired.key)).toBeNull()
  const { key, row } = await make(undefined)
  expect(await findKeyHolder(database, key)).toMatchObject({ keyId: row.id, scopes: ['calls:read'] })
  expect(row).toMatchObject({ prefix: key.slice(0, 12), last_four: key.slice(-4) })
  expect(JSON.stringify(await listApiKeys(database, account, { limit: 50 }))).not.toContain(key)
  expect(await revokeApiKey(database, { account, id: row.id })).toBe(true)
  expect(await revokeApiKey(database, { account, id: row.id })).toBe(false)
  expect(await findKeyHolder(database, key)).toBeNull()
  expect(await findKeyHolder(database, 'pk_live_nonsense')).toBeNull()
})
