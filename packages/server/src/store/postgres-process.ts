import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Cluster, postmasterFile, readPostmaster } from './postgres-cluster.ts'
import { give, type SystemAccount } from './postgres-account.ts'

const pollMs = 15
const startTimeoutMs = 60_000
const fastStopMs = 10_000
const immediateStopMs = 5_000
/** A dying owner may still be seen for a moment. */
const ownerGraceMs = 1_500

/**
 * Small by choice: one platform on one machine. `fsync` and `synchronous_commit` keep their safe
 * defaults. Statements and their values are never logged: they hold numbers and transcripts.
 */
const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  // A dozen for each process of the platform; macOS has few semaphores to back them.
  `max_connections=${process.platform === 'darwin' ? 100 : 400}`,
  'shared_buffers=32MB',
  'max_wal_size=256MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_parallel_workers_per_gather=0',
  'io_method=sync',
  'jit=off',
  'huge_pages=off',
  'TimeZone=UTC',
  'log_timezone=UTC',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_checkpoints=off',
]

/**
 * Keeps PostgreSQL no longer than whoever started it: the pipe on standard input closes when that process
 * ends, however it ends, and then PostgreSQL is told to stop (INT: a clean "fast" shutdown).
 */
const keeper = '"$@" & server=$!; exec 3<&0; { read _ <&3; kill -INT $server; } & wait $server'

export interface ServerProgram {
  readonly cluster: Cluster
  readonly binaries: string
  readonly account: SystemAccount
  readonly port: number
}

/** Starts the server and waits until it accepts connections. Ending the child's stdin stops it. */
export async function launch(program: ServerProgram, signal: AbortSignal): Promise<ChildProcess> {
  const { cluster, account } = program
  await rm(postmasterFile(cluster), { force: true })
  await writeFile(join(cluster.home, 'owner'), `${process.pid}\n`)
  const child = await spawnServer(program)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)])
  try {
    await give(cluster.log, account)
    while (!(await readPostmaster(cluster))?.ready) {
      if (hasEnded(child)) throw new Error('PostgreSQL ended before it was ready')
      await delay(pollMs, undefined, { signal: deadline })
    }
    return child
  } catch (cause) {
    await halt(child, cluster)
    throw new Error(`PostgreSQL did not start: ${await lastLines(cluster.log)}`, { cause })
  }
}

/** In a session of its own: Ctrl-C at the terminal ends the platform first, which still needs its database. */
async function spawnServer({ cluster, binaries, account, port }: ServerProgram): Promise<ChildProcess> {
  const { uid, gid } = account
  await using log = await open(cluster.log, 'w', 0o600)
  const postgres = [join(binaries, 'bin', 'postgres'), '-D', cluster.files, '-p', String(port)]
  const options = settings.flatMap(setting => ['-c', setting])
  const child = spawn('/bin/sh', ['-c', keeper, 'parley-postgres', ...postgres, ...options], {
    ...(account.dropped ? { uid, gid } : {}),
    detached: true,
    cwd: cluster.home,
    env: { PATH: process.env.PATH ?? '', TZ: 'UTC' },
    stdio: ['pipe', log.fd, log.fd],
  })
  child.stdin?.on('error', () => undefined) // The keeper is gone already: nothing is left to tell.
  child.unref()
  return child
}

/** Fast shutdown, and the immediate one (recovery at next start) where that takes too long. */
export async function halt(child: ChildProcess, cluster: Cluster): Promise<void> {
  const ended = hasEnded(child) ? Promise.resolve() : new Promise(done => child.once('exit', done))
  child.stdin?.end()
  if (await settles(ended, fastStopMs)) return
  const postmaster = await readPostmaster(cluster)
  if (postmaster && (await servesCluster(postmaster.pid, cluster))) signalProcess(postmaster.pid, 'SIGQUIT')
  if (!(await settles(ended, immediateStopMs))) child.kill('SIGKILL')
}

/**
 * A server that an earlier run left behind is told to end; it does so by itself once its owner is gone.
 * One whose owner still runs is left alone: two platforms on one data folder are a mistake to point out.
 */
export async function clearTheWay(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now()
  const owner = Number(await readFile(join(cluster.home, 'owner'), 'utf8').catch(() => ''))
  for (let told = false; ; await delay(pollMs, undefined, { signal })) {
    const left = await readPostmaster(cluster)
    if (left === null || !(await servesCluster(left.pid, cluster))) return
    const waitedMs = performance.now() - startedAt
    if (owner !== process.pid && (await isRunning(owner))) {
      if (waitedMs < ownerGraceMs) continue
      throw new Error(`The database in ${cluster.home} is in use by process ${owner}`)
    }
    if (waitedMs > fastStopMs + immediateStopMs) {
      throw new Error(`PostgreSQL ${left.pid} of an earlier run in ${cluster.home} does not end`)
    }
    if (waitedMs > fastStopMs) signalProcess(left.pid, 'SIGQUIT')
    else if (!told) signalProcess(left.pid, 'SIGINT')
    told = true
  }
}

function signalProcess(pid: number, signal: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // It has ended meanwhile.
  }
}

/** A process number may have been given to another program since: only its command line tells. */
async function servesCluster(pid: number, cluster: Cluster): Promise<boolean> {
  return (await isRunning(pid)) && (await commandLine(pid)).includes(cluster.files)
}

async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8')
    return (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])).stdout
  } catch {
    return '' // It has ended meanwhile.
  }
}

/** A killed process that its parent has not asked about yet (a zombie) still has its number, but runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/^\d+ \(.*\) [ZX] /s.test(stat)
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function settles(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const stop = new AbortController()
  const timeout = delay(withinMs, false, { signal: stop.signal }).catch(() => false)
  return await Promise.race([promise.then(() => true), timeout]).finally(() => stop.abort())
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join(' | ') || 'it wrote no log'
}
