import { createReadStream } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { openDatabase } from '../store/database.ts'
import { openJobs } from '../store/jobs.ts'
import { knownMigrations, migrate } from '../store/migrate.ts'
import { type Manifest, OperatorError, readManifest, verifyFiles } from './archive.ts'
import { quoted } from './copied-tables.ts'

export interface RestoreOrder {
  /** A database without tables. */
  readonly databaseUrl: string
  /** Without recordings. */
  readonly dataDir: string
  readonly folder: string
}

/**
 * Puts a backup into an empty database and an empty data folder: all of it or, for the database, nothing. Every
 * checksum is verified before anything is written. Throws OperatorError.
 */
export async function restore(o: RestoreOrder): Promise<Manifest> {
  const manifest = await readManifest(o.folder)
  await verifyFiles(o.folder, manifest)
  await refuseUnknown(manifest)
  await refuseFullFolder(o.dataDir)
  await refuseFullDatabase(o.databaseUrl)
  await restoreTables(o, manifest)
  await restoreFiles(o, manifest)
  return manifest
}

async function refuseUnknown({ migrations }: Manifest): Promise<void> {
  const known = new Set(await knownMigrations())
  const unknown = migrations.filter(name => !known.has(name))
  if (unknown.length > 0)
    throw new OperatorError(
      `The backup is of a newer Parley (${unknown.join(', ')}): restore it with that version`,
    )
}

async function refuseFullFolder(dataDir: string): Promise<void> {
  const recordings = await readdir(join(dataDir, 'recordings')).catch(() => [])
  if (recordings.length > 0) throw new OperatorError(`${join(dataDir, 'recordings')} is not empty`)
}

async function refuseFullDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(`select from pg_tables where schemaname in ('public', 'pgboss')`)
    if (rows.length > 0)
      throw new OperatorError('The database has tables already: a backup goes into an empty one')
  } finally {
    await client.end()
  }
}

/** First the tables as they were when the backup was made, then the rows, then what was changed about tables since. */
async function restoreTables(o: RestoreOrder, manifest: Manifest): Promise<void> {
  await using database = openDatabase(o.databaseUrl, { connections: 2 })
  await migrate(database, new Set(manifest.migrations))
  {
    await using _queues = await openJobs(database)
  }
  const client = new pg.Client({ connectionString: o.databaseUrl, application_name: 'parley restore' })
  await client.connect()
  try {
    await client.query('begin')
    await loadRows(client, o.folder, manifest)
    await client.query('commit')
  } finally {
    await client.end()
  }
  await migrate(database)
}

/** Rows refer to each other in circles, so what watches over that is put back when all are there. */
async function loadRows(client: pg.Client, folder: string, { tables }: Manifest): Promise<void> {
  const ours = tables.filter(({ schema }) => schema === 'public')
  const { rows: links } = await client.query<{ table: string; name: string; definition: string }>(`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0`)
  for (const { table, name } of links)
    await client.query(`alter table ${table} drop constraint ${quoted(name)}`)
  for (const { schema, name } of ours)
    await client.query(`alter table ${nameOf({ schema, name })} disable trigger user`)
  for (const table of tables) {
    await client.query(`delete from ${nameOf(table)}`)
    const columns = table.columns.map(quoted).join(', ')
    const loading = client.query(copyFrom(`copy ${nameOf(table)} (${columns}) from stdin`))
    await pipeline(createReadStream(join(folder, table.file.path)), loading)
  }
  for (const { schema, name } of ours)
    await client.query(`alter table ${nameOf({ schema, name })} enable trigger user`)
  for (const { table, name, definition } of links)
    await client.query(`alter table ${table} add constraint ${quoted(name)} ${definition}`)
  await continueSequences(client)
}

function nameOf({ schema, name }: { schema: string; name: string }): string {
  return `${quoted(schema)}.${quoted(name)}`
}

/** Counters of columns go on after the highest number that is there. */
async function continueSequences(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(`
    select class.oid::regclass::text as table, attribute.attname as column,
      pg_get_serial_sequence(class.oid::regclass::text, attribute.attname) as sequence
    from pg_class class join pg_attribute attribute on attribute.attrelid = class.oid
    where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p') and attribute.attnum > 0
      and not attribute.attisdropped
      and pg_get_serial_sequence(class.oid::regclass::text, attribute.attname) is not null`)
  for (const { table, column, sequence } of rows)
    await client.query(`select setval($1::regclass, (select max(${quoted(column)}) from ${table}))`, [
      sequence,
    ])
}

async function restoreFiles({ dataDir, folder }: RestoreOrder, manifest: Manifest): Promise<void> {
  await mkdir(join(dataDir, 'recordings'), { recursive: true, mode: 0o700 })
  for (const { path } of manifest.recordings) await copyFile(join(folder, path), join(dataDir, path))
  if (manifest.master_key === null) return
  const key = join(dataDir, 'master.key')
  await writeFile(key, await readFile(join(folder, manifest.master_key.path)), { mode: 0o600 })
}
