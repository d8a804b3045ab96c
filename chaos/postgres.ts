import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@parley/server/store/embedded-postgres'
import pg from 'pg'
import { freePort, host } from './free-port.ts'

/** A PostgreSQL server of this run alone. Disposing stops it and takes its files away. */
export interface ChaosPostgres extends AsyncDisposable {
  readonly url: string
  /** What it is, for people. */
  readonly told: string
  /** Stops as a crash would, without writing anything back, and starts again; resolves when it answers. */
  restart(): Promise<void>
}

const debian = '/usr/lib/postgresql'
const oldest = 15
const readyWithinMs = 30_000

/** Debian's server where it is installed, else the embedded one. */
export async function openPostgres(): Promise<ChaosPostgres> {
  const versions = (await readdir(debian).catch(() => [])).map(Number).filter(version => version >= oldest)
  const version = versions.sort((one, other) => one - other)[0]
  return version === undefined ? await openEmbedded() : await openDebian(version)
}

interface Account {
  readonly uid?: number
  readonly gid?: number
}

async function openDebian(version: number): Promise<ChaosPostgres> {
  const account = await accountOf('postgres')
  const folder = await mkdtemp(join(tmpdir(), 'parley-chaos-pg-'))
  await chmod(folder, 0o711)
  const data = join(folder, 'data')
  const password = randomBytes(18).toString('base64url')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password)
  if (account.uid !== undefined && account.gid !== undefined)
    for (const path of [folder, passwordFile]) await chown(path, account.uid, account.gid)
  const program = (name: string) => join(debian, String(version), 'bin', name)
  const made = ['--pgdata', data, '--username=parley', '--pwfile', passwordFile, '--auth=scram-sha-256']
  await promisify(execFile)(program('initdb'), [...made, '--encoding=UTF8', '--locale=C'], {
    ...account,
    cwd: folder,
  })
  const port = await freePort()
  const url = `postgres://parley:${password}@${host}:${port}/postgres`
  const start = async (): Promise<ChildProcess> => {
    const settings = ['-p', String(port), '-h', host, '-k', '', '-c', 'max_connections=200']
    const server = spawn(program('postgres'), ['-D', data, ...settings], {
      ...account,
      cwd: folder,
      stdio: 'ignore',
    })
    await untilReady(url)
    return server
  }
  let server = await start()
  const stop = async (signal: 'SIGINT' | 'SIGQUIT') => {
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill(signal)
    await once(server, 'exit')
  }
  return {
    url,
    told: `PostgreSQL ${version} of Debian`,
    async restart() {
      await stop('SIGQUIT')
      server = await start()
    },
    async [Symbol.asyncDispose]() {
      await stop('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openEmbedded(): Promise<ChaosPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-chaos-pg-'))
  await chmod(folder, 0o755)
  const dataDir = join(folder, 'postgres')
  const server = await startEmbeddedPostgres({ dataDir })
  return {
    url: server.url,
    told: 'the embedded PostgreSQL, as Debian’s is not installed (apt-get install postgresql)',
    async restart() {
      const [pid] = (await readFile(join(dataDir, 'data', 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      await sleep(200)
      await untilReady(server.url)
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root. */
async function accountOf(name: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  const list = await readFile('/etc/passwd', 'utf8')
  const [, , uid, gid] = new RegExp(`^${name}:.*$`, 'm').exec(list)?.[0].split(':') ?? []
  if (!uid || !gid) throw new Error(`PostgreSQL refuses to run as root, and there is no account "${name}"`)
  return { uid: Number(uid), gid: Number(gid) }
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
    client.on('error', () => undefined) // Told by what is awaited.
    try {
      await client.connect()
      await client.query('select 1')
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(50)
    } finally {
      await client.end().catch(() => undefined) // It may never have been open.
    }
  }
}
