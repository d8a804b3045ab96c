import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/postgres.ts'
import { migrate } from './migrate.ts'

test('migrations run once, however many processes start together', async () => {
  await using opened = await testDatabase()
  const { database: db } = opened
  await sql`drop schema public cascade; create schema public`.execute(db.kysely)
  const ran = await Promise.all([migrate(db), migrate(db), migrate(db)])
  expect(ran.filter(files => files.length > 0)).toHaveLength(1)
  expect(ran.flat()).toContain('0001-calls.sql')
  await expect(db.kysely.selectFrom('calls').selectAll().execute()).resolves.toEqual([])
})
