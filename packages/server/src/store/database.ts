import { Kysely, PostgresDialect, type Transaction as KyselyTransaction } from 'kysely'
import pg from 'pg'
import type { CallBus } from './call-bus.ts'
import type { Tables } from './tables.ts'

/** The one database of the platform. Disposing closes its connections. */
export interface Database extends AsyncDisposable {
  readonly kysely: Kysely<Tables>
  /** Connection string, for what needs a connection of its own: listening, jobs. */
  readonly url: string
  /** Tells processes of news in place of the database; absent: there is none. */
  readonly bus?: CallBus | undefined
}

export type Transaction = KyselyTransaction<Tables>

/** No statement of ours needs longer; what does is stuck, and would hold a connection and its locks. */
const statementTimeoutMs = 15_000
const connectTimeoutMs = 5_000

export interface DatabaseOptions {
  /** Connections of this process at most. */
  readonly connections?: number
  /** For how long a statement may run. */
  readonly statementTimeoutMs?: number
  /** A connection broke, e.g. because the server restarted. The pool replaces it. */
  readonly onTrouble?: (error: Error) => void
  readonly bus?: CallBus | undefined
}

/** Opens nothing yet: connections come with the first query. */
export function openDatabase(url: string, o: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: o.connections ?? 10,
    application_name: 'parley',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: o.statementTimeoutMs ?? statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
  })
  // Unheard, the error of a connection that breaks would end the process: idle ones tell the pool,
  // ones that are taken but between two statements tell nobody else.
  pool.on('error', error => o.onTrouble?.(error))
  pool.on('connect', client => client.on('error', error => o.onTrouble?.(error)))
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return { kysely, url, bus: o.bus, [Symbol.asyncDispose]: () => kysely.destroy() }
}
