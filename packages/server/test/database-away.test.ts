import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { openDatabase } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { apiOn } from './http-api.ts'
import { testDatabase } from './postgres.ts'

test('while the database is away requests get 503, and service comes back by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-away-'))
  await chmod(folder, 0o755)
  const opened = new AsyncDisposableStack()
  onTestFinished(() => opened.disposeAsync())
  opened.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))
  const dataDir = join(folder, 'db')
  const first = await startEmbeddedPostgres({ dataDir })
  const database = opened.use(openDatabase(first.url))
  await migrate(database)
  const api = await apiOn(opened, database)
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
  expect((await api.send('POST', '/v1/calls', { body })).status).toBe(201)
  await first[Symbol.asyncDispose]()
  const away = await api.send('GET', '/v1/calls')
  expect(away).toMatchObject({ status: 503, body: { title: 'Temporarily unavailable' } })
  expect(away.headers['retry-after']).toBe('2')
  expect((await api.send('GET', '/readyz', { key: '' })).status).toBe(503)
  expect((await api.send('GET', '/healthz', { key: '' })).status).toBe(200)
  opened.use(await startEmbeddedPostgres({ dataDir, port: first.port }))
  await expect
    .poll(async () => (await api.send('POST', '/v1/calls', { body })).status, { timeout: 20_000 })
    .toBe(201)
  expect((await api.send('GET', '/v1/calls')).body.data).toHaveLength(2)
})

test('what takes the database too long is given up, and says so', async () => {
  const opened = new AsyncDisposableStack()
  onTestFinished(() => opened.disposeAsync())
  const { database, url } = opened.use(await testDatabase())
  const impatient = opened.use(openDatabase(url, { statementTimeoutMs: 2_000 }))
  const api = await apiOn(opened, impatient)
  await database.kysely.transaction().execute(async trx => {
    await sql`lock table calls in access exclusive mode`.execute(trx)
    const slow = await api.send('GET', '/v1/analytics')
    expect(slow).toMatchObject({ status: 503, body: { detail: expect.stringMatching(/shorter time/) } })
    expect(slow.headers['retry-after']).toBe('30')
  })
  expect((await api.send('GET', '/v1/analytics')).status).toBe(200)
})
