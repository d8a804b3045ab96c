import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts'
import { findEmbeddedPostgres } from '../store/running-postgres.ts'

/** Disposing stops a server that was started for this. Null: there is no database yet. */
export interface ReachedDatabase extends AsyncDisposable {
  readonly url: string | null
}

const asItIs = async (): Promise<void> => undefined

/**
 * The database of the settings: that of DATABASE_URL, or the embedded one, which may be running for the platform, and
 * is started where it is not. `makeNew`: also where there is none yet.
 */
export async function reachDatabase(config: Config, { makeNew = false } = {}): Promise<ReachedDatabase> {
  if (config.DATABASE_URL !== undefined) return { url: config.DATABASE_URL, [Symbol.asyncDispose]: asItIs }
  const dataDir = join(config.PARLEY_DATA_DIR, 'postgres')
  const found = await findEmbeddedPostgres(dataDir)
  if (found.state === 'running') return { url: found.url, [Symbol.asyncDispose]: asItIs }
  if (found.state === 'none' && !makeNew) return { url: null, [Symbol.asyncDispose]: asItIs }
  return await startEmbeddedPostgres({ dataDir })
}
