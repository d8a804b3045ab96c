import { sql } from 'kysely'
import type { Config } from '../config/config.ts'
import { readMasterKey } from '../config/secrets.ts'
import type { Database } from '../store/database.ts'
import { knownMigrations } from '../store/migrate.ts'
import { createSealing } from '../store/sealing.ts'
import { fail, type Finding, ok, reasonOf, warn } from './finding.ts'

/** Checks of a database that is up. They only read. */

const oldestVersion = 15
/** More than this, in milliseconds, and windows, links and leases are judged wrongly. */
const clocksDifferMs = 2_000

export async function checkDatabase(database: Database): Promise<Finding[]> {
  try {
    return [await checkVersion(database), await checkMigrations(database), await checkClock(database)]
  } catch (error) {
    return [
      fail(
        'database',
        `It can not be reached (${reasonOf(error)}): look at DATABASE_URL, network and password`,
      ),
    ]
  }
}

async function checkVersion({ kysely }: Database): Promise<Finding> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(kysely)
  const version = rows[0]?.server_version ?? ''
  if (Number.parseInt(version, 10) >= oldestVersion) return ok('database', `PostgreSQL ${version}`)
  return fail('database', `PostgreSQL ${version} is too old: ${oldestVersion} or newer is needed`)
}

async function checkMigrations({ kysely }: Database): Promise<Finding> {
  const check = 'tables'
  const { rows: there } = await sql<{ found: boolean }>`
    select to_regclass('public.schema_migrations') is not null as found`.execute(kysely)
  if (there[0]?.found !== true) return warn(check, 'There are none yet: the first start makes them')
  const { rows } = await sql<{ name: string }>`select name from schema_migrations`.execute(kysely)
  const known = await knownMigrations()
  const done = new Set(rows.map(({ name }) => name))
  const missing = known.filter(name => !done.has(name))
  const newer = [...done].filter(name => !known.includes(name))
  if (newer.length > 0)
    return fail(check, `They are of a newer Parley (${newer.join(', ')}): run that version`)
  if (missing.length > 0)
    return warn(check, `${missing.length} changes are to come: the next start makes them`)
  return ok(check, `up to ${known.at(-1)}`)
}

async function checkClock({ kysely }: Database): Promise<Finding> {
  const check = 'clock'
  const before = Date.now()
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(kysely)
  const after = Date.now()
  const there = rows[0]?.now.getTime() ?? before
  // Where within the question the other clock was read is unknown.
  const differenceMs = there < before ? before - there : Math.max(0, there - after)
  if (differenceMs <= clocksDifferMs) return ok(check, 'as the database’s')
  return fail(check, `It differs from the database’s by ${differenceMs} ms: have both follow NTP`)
}

/** One of each kind is opened: all were sealed with one key. */
export async function checkSealed(config: Config, { kysely }: Database): Promise<Finding[]> {
  const check = 'stored secrets'
  try {
    const { rows } = await sql<{ sealed: string }>`
      (select webhook_secret_sealed as sealed from accounts where webhook_secret_sealed like 'v1.%' limit 20)
      union all (select password_sealed from carriers where password_sealed is not null limit 20)
      union all (select value_sealed from secrets limit 20)`.execute(kysely)
    if (rows.length === 0) return []
    const sealing = createSealing(await readMasterKey(config))
    for (const { sealed } of rows) sealing.open(sealed)
    return [ok(check, 'The master key opens them')]
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown reason'
    return [
      fail(check, `They can not be opened (${why}): bring back the master key that they were stored with`),
    ]
  }
}
