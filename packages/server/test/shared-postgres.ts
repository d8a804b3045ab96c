import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../src/store/database.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { openJobs } from '../src/store/jobs.ts'
import { migrate } from '../src/store/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Port of a socket that answers every connection with the test server's connection string. */
    postgresBroker: number
  }
}

/** Databases of tests are copies of this one, which gets its tables once per run. */
export const templateDatabase = 'parley_template'

/**
 * One PostgreSQL for the whole test run, started by the first test that asks: test files run in processes
 * of their own, so they ask over a socket.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<{ folder: string; server: EmbeddedPostgres }> | undefined
  const broker = createServer(socket => {
    started ??= start()
    started.then(
      ({ server }) => socket.end(server.url),
      error => socket.end(`failed: ${error instanceof Error ? error.message : String(error)}`),
    )
    socket.on('error', () => undefined) // The asking test has gone.
  })
  await new Promise<void>(listening => broker.listen(0, '127.0.0.1', listening))
  const address = broker.address()
  if (address === null || typeof address === 'string') throw new Error('no port for the test broker')
  project.provide('postgresBroker', address.port)
  return async () => {
    await new Promise(closed => broker.close(closed))
    const running = await started?.catch(() => undefined)
    await running?.server[Symbol.asyncDispose]()
    if (running) await rm(running.folder, { recursive: true, force: true })
  }
}

async function start(): Promise<{ folder: string; server: EmbeddedPostgres }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'))
  // The server's own account has to pass through.
  await chmod(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') })
  await using admin = openDatabase(server.url, { connections: 1 })
  await sql.raw(`create database ${templateDatabase}`).execute(admin.kysely)
  const url = new URL(server.url)
  url.pathname = templateDatabase
  await using template = openDatabase(url.href, { connections: 1 })
  await migrate(template)
  await using _jobs = await openJobs(template)
  return { folder, server }
}
