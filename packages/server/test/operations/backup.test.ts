import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/domain/new-id.ts'
import { backUp } from '../../src/operations/backup.ts'
import { restore } from '../../src/operations/restore.ts'
import type { Database } from '../../src/store/database.ts'
import { apiOn, sharedApi, type TestApi } from '../http-api.ts'
import { describedBy } from '../openapi/operations.ts'
import { make, resources } from '../openapi/resources.ts'
import { testDatabase } from '../postgres.ts'

/** A platform with something of every kind, its backup, and what comes of it elsewhere. */

const api = sharedApi()
const masterKey = Buffer.alloc(32, 5)
const recording = `recordings/${newId()}.wav`
let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'parley-backup-'))
  const described = await describedBy(api())
  for (const path of Object.keys(resources)) await make({ api: api(), key: api().key, described }, path)
  const { call_id } = await placed(api())
  await api().send('POST', `/v1/calls/${call_id}/stop`)
  await mkdir(join(home, 'data', 'recordings'), { recursive: true })
  await writeFile(join(home, 'data', recording), randomBytes(50_000))
  await writeFile(join(home, 'data', `recordings/${newId()}.wav.part`), 'unfinished')
  await backUp({ ...source(), folder: join(home, 'backup'), masterKey })
})
afterAll(() => rm(home, { recursive: true, force: true }))

const source = () => ({ databaseUrl: api().database.url, dataDir: join(home, 'data') })

async function placed(to: TestApi): Promise<{ call_id: string }> {
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
  return (await to.send('POST', '/v1/calls', { body })).body
}

/** Rows of every table, in an order that is the same wherever they are. */
async function rowsOf({ kysely }: Database): Promise<Record<string, string[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'public' order by 1`.execute(kysely)
  const found: Record<string, string[]> = {}
  for (const { name } of [...tables, { name: 'pgboss.job' }]) {
    const row = name === 'pgboss.job' ? `id::text || name || data::text` : 't::text'
    const { rows } = await sql<{ row: string }>`
      select ${sql.raw(row)} as row from ${sql.raw(name)} t order by 1`.execute(kysely)
    // When a file ran is of the database, not of its data.
    found[name] = name === 'public.schema_migrations' ? [] : rows.map(one => one.row)
  }
  return found
}

test('rows, waiting jobs, recordings and the key are the same elsewhere, and the platform goes on there', async () => {
  await using opened = new AsyncDisposableStack()
  const { url, database } = opened.use(await testDatabase('template0'))
  const dataDir = join(home, 'elsewhere')
  const manifest = await restore({ databaseUrl: url, dataDir, folder: join(home, 'backup') })
  const [before, after] = [await rowsOf(api().database), await rowsOf(database)]
  expect(after).toEqual(before)
  expect(before['pgboss.job']?.length).toBeGreaterThan(1)
  expect(Object.values(before).filter(rows => rows.length > 0).length).toBeGreaterThan(12)
  expect(manifest.recordings.map(({ path }) => path)).toEqual([recording])
  expect(await readdir(join(dataDir, 'recordings'))).toHaveLength(1)
  expect(await readFile(join(dataDir, recording))).toEqual(await readFile(join(home, 'data', recording)))
  expect((await readFile(join(dataDir, 'master.key'), 'utf8')).trim()).toBe(masterKey.toString('base64'))
  expect((await stat(join(dataDir, 'master.key'))).mode & 0o077).toBe(0)
  // The key that clients hold opens the restored platform, whose counters go on.
  const there = await apiOn(opened, database, { draining: () => false })
  const call = await there.send('POST', '/v1/calls', {
    key: api().key,
    body: { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' },
  })
  expect(call.status).toBe(201)
})

test('a file that was changed or lost is told, and nothing is written', async () => {
  await using fresh = await testDatabase('template0')
  const folder = join(home, 'damaged')
  const manifest = await backUp({ ...source(), folder, masterKey: null })
  expect(manifest.master_key).toBeNull()
  const calls = join(folder, 'tables', 'public.calls')
  await writeFile(calls, (await readFile(calls, 'utf8')).replace('+14155551234', '+14155551235'))
  await rm(join(folder, recording))
  const dataDir = join(home, 'damaged-data')
  const restoring = restore({ databaseUrl: fresh.url, dataDir, folder })
  await expect(restoring).rejects.toThrow(`tables/public.calls was changed; ${recording} is missing`)
  const { rows } = await sql`select from pg_tables where schemaname = 'public'`.execute(fresh.database.kysely)
  expect(rows).toEqual([])
  await expect(stat(dataDir)).rejects.toThrow('ENOENT')
})

test('neither goes into what is in use', async () => {
  const folder = join(home, 'backup')
  await using fresh = await testDatabase('template0')
  await expect(restore({ ...source(), dataDir: join(home, 'none'), folder })).rejects.toThrow(
    'has tables already',
  )
  const full = restore({ databaseUrl: fresh.url, dataDir: join(home, 'data'), folder })
  await expect(full).rejects.toThrow('is not empty')
  await expect(backUp({ ...source(), folder, masterKey })).rejects.toThrow('new or an empty folder')
  await expect(restore({ ...source(), folder: join(home, 'data') })).rejects.toThrow('it is no backup')
})
