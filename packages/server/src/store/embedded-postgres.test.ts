import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-postgres-'))
  await chmod(folder, 0o755)
})
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))

test('data outlives a stop, and the server is reachable on loopback with its password only', async () => {
  const dataDir = join(folder, 'db')
  {
    await using server = await startEmbeddedPostgres({ dataDir })
    await using database = openDatabase(server.url)
    const db = database.kysely
    await sql`create table kept (word text)`.execute(db)
    await sql`insert into kept values ('here')`.execute(db)
    await using stranger = openDatabase(server.url.replace(/:[^:@]+@/, ':wrong@'))
    await expect(sql`select 1`.execute(stranger.kysely)).rejects.toThrow(/password/)
  }
  await using server = await startEmbeddedPostgres({ dataDir })
  await using database = openDatabase(server.url)
  const db = database.kysely
  const { rows } = await sql<{ word: string }>`select word from kept`.execute(db)
  expect(rows).toEqual([{ word: 'here' }])
  const durable = await sql<{ fsync: string }>`show fsync`.execute(db)
  expect(durable.rows[0]?.fsync).toBe('on')
})

test('a second platform on the same data is refused while the first one runs', async () => {
  const dataDir = join(folder, 'db')
  await using owner = await ownerProcess(dataDir)
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`in use by process ${owner.pid}`)
})

test('after kill -9 of the owner the next start takes over with every acknowledged row', async () => {
  const dataDir = join(folder, 'db')
  const owner = await ownerProcess(dataDir)
  owner.kill('SIGKILL')
  await using server = await startEmbeddedPostgres({ dataDir })
  await using database = openDatabase(server.url)
  const db = database.kysely
  const { rows } = await sql<{ n: number }>`select n from written`.execute(db)
  expect(rows).toEqual([{ n: 1 }])
})

test('a server that is killed alone is started again on the same port', async () => {
  const dataDir = join(folder, 'db')
  const told: string[] = []
  await using server = await startEmbeddedPostgres({ dataDir, onTrouble: message => told.push(message) })
  await using database = openDatabase(server.url)
  const db = database.kysely
  await sql`create table kept (n int)`.execute(db)
  const [pid] = (await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
  process.kill(Number(pid), 'SIGKILL')
  await expect.poll(() => told[0], { timeout: 10_000 }).toContain('starting it again')
  await expect
    .poll(
      () =>
        sql`select n from kept`.execute(db).then(
          ({ rows }) => rows,
          () => null,
        ),
      { timeout: 20_000 },
    )
    .toEqual([])
})

/** A process that starts the server, writes a row, and waits to be killed. */
async function ownerProcess(dataDir: string): Promise<ChildProcess & AsyncDisposable> {
  const script = `
    import { sql } from 'kysely'
    import { openDatabase } from '${new URL('./database.ts', import.meta.url).href}'
    import { startEmbeddedPostgres } from '${new URL('./embedded-postgres.ts', import.meta.url).href}'
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })
    const db = openDatabase(server.url).kysely
    await sql\`create table written (n int); insert into written values (1)\`.execute(db)
    process.stdout.write('ready')
    process.stdin.on('end', () => process.exit()).resume()`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  })
  await new Promise<void>((ready, failed) => {
    child.stdout.once('data', () => ready())
    child.once('exit', code => failed(new Error(`owner ended with ${code}`)))
  })
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      while (child.exitCode === null && child.signalCode === null) await delay(20)
    },
  })
}
