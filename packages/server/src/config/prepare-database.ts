import { join } from 'node:path'
import type { Logger } from 'pino'
import { bootstrap } from '../store/bootstrap.ts'
import { openDatabase } from '../store/database.ts'
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts'
import { migrate } from '../store/migrate.ts'
import type { Config } from './config.ts'

export interface PreparedDatabase extends AsyncDisposable {
  readonly url: string
  /** The first admin key, when this start made one; shown once. */
  readonly adminKey: string | null
}

/** A database that is up, at the newest schema, and has its first account. Disposing stops an embedded one. */
export async function prepareDatabase(
  config: Config,
  { masterKey, log }: { masterKey: Buffer; log: Logger },
): Promise<PreparedDatabase> {
  await using starting = new AsyncDisposableStack()
  const url = config.DATABASE_URL ?? (await startEmbedded(config, { starting, log }))
  const adminKey = await fill(config, { url, masterKey })
  const running = starting.move()
  return { url, adminKey, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

async function startEmbedded(
  config: Config,
  { starting, log }: { starting: AsyncDisposableStack; log: Logger },
): Promise<string> {
  const dataDir = join(config.PARLEY_DATA_DIR, 'postgres')
  const onTrouble = (message: string) => log.error({ detail: message }, 'the embedded database is in trouble')
  return starting.use(await startEmbeddedPostgres({ dataDir, onTrouble })).url
}

async function fill(
  config: Config,
  { url, masterKey }: { url: string; masterKey: Buffer },
): Promise<string | null> {
  await using database = openDatabase(url)
  await migrate(database)
  const { adminKey } = await bootstrap(database, {
    masterKey,
    ...(config.PARLEY_ADMIN_KEY === undefined ? {} : { adminKey: config.PARLEY_ADMIN_KEY }),
    ...(config.PARLEY_WEBHOOK_SECRET === undefined ? {} : { webhookSecret: config.PARLEY_WEBHOOK_SECRET }),
    ownedNumbers: config.PARLEY_OWNED_NUMBERS,
  })
  return adminKey
}
