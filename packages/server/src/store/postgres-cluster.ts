import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { give, obstacle, type SystemAccount } from './postgres-account.ts'

/** Where a cluster goes whose wanted place lies in a folder that PostgreSQL's account may not enter. */
const fallbackRoot = '/var/lib/parley'
const initialiseTimeoutMs = 120_000

/** One database cluster on disk: PostgreSQL's own files, its password, and its log. */
export interface Cluster {
  readonly home: string
  readonly files: string
  readonly log: string
  readonly password: string
}

/** Finds the cluster of `dataDir`, or makes it: first use takes about a second. */
export async function openCluster(
  dataDir: string,
  o: { binaries: string; account: SystemAccount },
): Promise<Cluster> {
  const home = await reachableHome(resolve(dataDir), o.account)
  const files = join(home, 'cluster')
  const log = join(home, 'postgres.log')
  const passwordFile = join(home, 'password')
  if (!(await exists(files))) await initialise(home, { ...o, passwordFile, files })
  return { home, files, log, password: (await readFile(passwordFile, 'utf8')).trim() }
}

/**
 * The folder itself where the account can get to it. Otherwise one under /var/lib, to which the wanted
 * folder then holds a link, so that whoever looks for the data finds it.
 */
async function reachableHome(wanted: string, account: SystemAccount): Promise<string> {
  await mkdir(wanted, { recursive: true })
  const blocked = await obstacle(dirname(wanted), account)
  if (blocked === null) {
    await give(wanted, account)
    return wanted
  }
  const name = `postgres-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`
  const home = join(fallbackRoot, name)
  try {
    await mkdir(fallbackRoot, { recursive: true, mode: 0o755 })
    await mkdir(home, { recursive: true, mode: 0o700 })
    await give(home, account)
  } catch (cause) {
    throw new Error(
      `PostgreSQL cannot run as root, its other account may not enter ${blocked}, and ${home} cannot be made instead: choose another data folder`,
      { cause },
    )
  }
  const elsewhere = await obstacle(home, account)
  if (elsewhere !== null)
    throw new Error(`PostgreSQL's account may enter neither ${blocked} nor ${elsewhere}`)
  await symlink(home, join(wanted, 'data')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return home
}

interface Initialisation {
  binaries: string
  account: SystemAccount
  passwordFile: string
  files: string
}

/** Builds beside the final place and renames: a cluster that exists is always a whole one. */
async function initialise(home: string, o: Initialisation): Promise<void> {
  const { uid, gid } = o.account
  const unfinished = `${o.files}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await give(unfinished, o.account)
  await writeFile(o.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  await give(o.passwordFile, o.account)
  const options = [
    `--pgdata=${unfinished}`,
    '--username=parley',
    `--pwfile=${o.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own collation: the same order on every machine, whatever locales it has.
    '--no-locale',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]
  const environment = { PATH: process.env.PATH ?? '', TZ: 'UTC' }
  await promisify(execFile)(join(o.binaries, 'bin', 'initdb'), options, {
    ...(o.account.dropped ? { uid, gid } : {}),
    cwd: home,
    env: environment,
    timeout: initialiseTimeoutMs,
  })
  await rename(unfinished, o.files)
}

/** What PostgreSQL writes of itself into its data folder while it runs. */
export interface Postmaster {
  readonly pid: number
  readonly ready: boolean
}

/** Null where none runs, or where the file is not written to its end yet. */
export async function readPostmaster(cluster: Cluster): Promise<Postmaster | null> {
  const text = await readFile(postmasterFile(cluster), 'utf8').catch(() => null)
  if (text === null) return null
  const lines = text.split('\n')
  const pid = Number(lines[0])
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : null
}

export function postmasterFile(cluster: Cluster): string {
  return join(cluster.files, 'postmaster.pid')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
