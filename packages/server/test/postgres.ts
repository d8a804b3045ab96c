import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import { inject } from 'vitest'
import { type Database, openDatabase } from '../src/store/database.ts'
import { templateDatabase } from './shared-postgres.ts'

/** A migrated database of the caller's own, on the run's PostgreSQL. Disposing closes and drops it. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly database: Database
}

/** `from`: a database without any table where it is `template0`. */
export async function testDatabase(from = templateDatabase): Promise<TestDatabase> {
  const server = await text(connect(inject('postgresBroker'), '127.0.0.1'))
  if (!server.startsWith('postgres:')) throw new Error(`The test PostgreSQL ${server}`)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(server, `create database ${name} template ${from}`)
  const url = new URL(server)
  url.pathname = name
  const database = openDatabase(url.href)
  return {
    url: url.href,
    database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await administer(server, `drop database ${name} with (force)`)
    },
  }
}

async function administer(server: string, statement: string): Promise<void> {
  await using admin = openDatabase(server, { connections: 1 })
  // Two copies of the template at one moment disturb each other.
  await admin.kysely.connection().execute(async connection => {
    await sql`select pg_advisory_lock(1)`.execute(connection)
    await sql.raw(statement).execute(connection)
  })
}
