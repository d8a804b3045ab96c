import { readdir, readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

/** Any number will do as long as nothing else locks it: "parley" on a phone's keys. */
const lockKey = 727_539
const folder = new URL('./migrations/', import.meta.url)

/**
 * Brings the schema up to date: runs the numbered files that have not run, in order, all or none. Any
 * number of processes may start at once: one migrates, the others wait and find nothing left to do.
 * Returns the files it ran. `only`: no others, for tables as they were in an earlier version.
 */
export async function migrate({ kysely }: Database, only?: ReadonlySet<string>): Promise<string[]> {
  const files = (await knownMigrations()).filter(name => only?.has(name) ?? true)
  return await kysely.transaction().execute(async trx => {
    await sql`set local statement_timeout = 0`.execute(trx)
    await sql`select pg_advisory_xact_lock(${lockKey})`.execute(trx)
    await sql`create table if not exists schema_migrations (
      name text primary key, applied_at timestamptz not null default now())`.execute(trx)
    const done = await sql<{ name: string }>`select name from schema_migrations`.execute(trx)
    const applied = new Set(done.rows.map(row => row.name))
    const pending = files.filter(name => !applied.has(name))
    for (const name of pending) await apply(name, trx)
    return pending
  })
}

/** Names of all files, in their order. */
export async function knownMigrations(): Promise<string[]> {
  return (await readdir(folder)).filter(name => /^\d{4}-.+\.sql$/.test(name)).sort()
}

async function apply(name: string, trx: Transaction): Promise<void> {
  const text = await readFile(new URL(name, folder), 'utf8')
  await sql.raw(text).execute(trx)
  await sql`insert into schema_migrations (name) values (${name})`.execute(trx)
}
