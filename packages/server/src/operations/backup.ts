import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { type ArchivedFile, describeFile, type Manifest, manifestName, OperatorError } from './archive.ts'
import { backedUpTables, type CopiedTable, quoted } from './copied-tables.ts'

export interface BackupOrder {
  readonly databaseUrl: string
  readonly dataDir: string
  /** A new or empty folder. */
  readonly folder: string
  /** The master key goes along: whoever has the backup can then read every stored secret. Null: it does not. */
  readonly masterKey: Buffer | null
}

/**
 * Writes all rows, as of one moment, and all finished recordings into a folder. The platform may run meanwhile.
 * Throws OperatorError where the folder is not empty.
 */
export async function backUp(o: BackupOrder): Promise<Manifest> {
  await mkdir(join(o.folder, 'tables'), { recursive: true, mode: 0o700 }).catch(refuseFolder)
  if ((await readdir(o.folder)).length > 1) refuseFolder()
  const { migrations, tables } = await copyTables(o)
  // After the tables: a recording that a row tells of is there by then.
  const recordings = await copyRecordings(o)
  const manifest: Manifest = {
    format: 'parley-backup-1',
    created_at: new Date().toISOString(),
    migrations,
    tables,
    recordings,
    master_key: o.masterKey === null ? null : await keepKey(o.folder, o.masterKey),
  }
  await writeFile(join(o.folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 })
  return manifest
}

function refuseFolder(cause?: unknown): never {
  throw new OperatorError('A backup goes into a new or an empty folder', { cause })
}

async function copyTables({
  databaseUrl,
  folder,
}: BackupOrder): Promise<Pick<Manifest, 'migrations' | 'tables'>> {
  // No pool: one connection, whose statements may last as long as the rows need.
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'parley backup' })
  await client.connect()
  try {
    await client.query('begin transaction isolation level repeatable read read only')
    const { rows } = await client.query<{ name: string }>('select name from schema_migrations order by name')
    const tables: Manifest['tables'] = []
    for (const table of await backedUpTables(client)) tables.push(await copyTable(client, table, folder))
    await client.query('commit')
    return { migrations: rows.map(row => row.name), tables }
  } finally {
    await client.end()
  }
}

async function copyTable(
  client: pg.Client,
  { schema, name, columns, condition }: CopiedTable,
  folder: string,
): Promise<Manifest['tables'][number]> {
  const path = `tables/${schema}.${name}`
  const list = columns.map(quoted).join(', ')
  const source = `copy (select ${list} from ${quoted(schema)}.${quoted(name)} where ${condition}) to stdout`
  const copying = client.query(copyTo(source))
  await pipeline(copying, createWriteStream(join(folder, path), { mode: 0o600 }))
  return {
    schema,
    name,
    columns: [...columns],
    rows: copying.rowCount,
    file: await describeFile(folder, path),
  }
}

/** Finished ones; what is being written belongs to a call whose row says so. */
async function copyRecordings({ dataDir, folder }: BackupOrder): Promise<ArchivedFile[]> {
  const names = await readdir(join(dataDir, 'recordings')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const finished = names.filter(name => name.endsWith('.wav')).toSorted()
  await mkdir(join(folder, 'recordings'), { mode: 0o700 })
  const copied: ArchivedFile[] = []
  for (const name of finished) {
    const path = `recordings/${name}`
    await copyFile(join(dataDir, path), join(folder, path))
    copied.push(await describeFile(folder, path))
  }
  return copied
}

async function keepKey(folder: string, key: Buffer): Promise<ArchivedFile> {
  await writeFile(join(folder, 'master.key'), `${key.toString('base64')}\n`, { mode: 0o600 })
  return await describeFile(folder, 'master.key')
}
