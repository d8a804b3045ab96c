import { join } from 'node:path'
import type { Logger } from 'pino'
import { bootstrap } from '../store/bootstrap.ts'
import { openDatabase } from '../store/database.ts'
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts'
import { migrate } from '../store/migrate.ts'
import { createSealing } from '../store/sealing.ts'
import type { Config } from './config.ts'
import { databaseUrl } from './line-settings.ts'
import { readMasterKey } from './secrets.ts'

export interface PreparedDatabase extends AsyncDisposable {
  readonly url: string
  /** What the first start made: shown once. Null on every later start. */
  readonly created: { readonly adminKey: string; readonly webhookSecret: string } | null
}

/** A database that is up, at the newest schema, and has its first account. Disposing stops an embedded one. */
export async function prepareDatabase(
  config: Config,
  { masterKey, log }: { masterKey: Buffer; log: Logger },
): Promise<PreparedDatabase> {
  await using starting = new AsyncDisposableStack()
  const url = config.DATABASE_URL ?? (await startEmbedded(config, { starting, log }))
  const created = await fill(config, { url, masterKey })
  const running = starting.move()
  return { url, created, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/**
 * For a process that runs by itself: brings the database of DATABASE_URL to the newest schema, and gives a new one its
 * first account. Of several that start at once one does it and the others wait.
 */
export async function prepareForRole(config: Config): Promise<void> {
  const masterKey = await readMasterKey(config)
  const created = await fill(config, { url: databaseUrl(config), masterKey })
  for (const line of firstSecrets(config, created)) process.stdout.write(`${line}\n`)
}

/** What the first start made, in words; secrets that the operator chose are not repeated. */
export function firstSecrets(config: Config, created: PreparedDatabase['created']): string[] {
  if (created === null) return []
  return [
    ...(config.PARLEY_ADMIN_KEY === undefined ? [`Admin key, shown this once: ${created.adminKey}`] : []),
    ...(config.PARLEY_WEBHOOK_SECRET === undefined
      ? [`Webhook secret, shown this once: ${created.webhookSecret}`]
      : []),
  ]
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
): Promise<PreparedDatabase['created']> {
  await using database = openDatabase(url)
  await migrate(database)
  const { created } = await bootstrap(database, {
    sealing: createSealing(masterKey),
    adminKey: config.PARLEY_ADMIN_KEY,
    webhookSecret: config.PARLEY_WEBHOOK_SECRET,
    ownedNumbers: config.PARLEY_OWNED_NUMBERS,
  })
  return created
}
