import { chown, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Under which system account the embedded PostgreSQL runs. It refuses to run as root, so a platform
 * started as root drops to `nobody` for it; any other account keeps its own.
 */
export interface SystemAccount {
  readonly uid: number
  readonly gid: number
  /** The server's files must be given to the account before it can use them. */
  readonly dropped: boolean
}

/** The account of `nobody` from the system's list: PostgreSQL's initdb insists on an account that has a name. */
export async function accountForPostgres(): Promise<SystemAccount> {
  const uid = process.getuid?.()
  if (uid === undefined) throw new Error('The embedded PostgreSQL needs a POSIX system; set DATABASE_URL')
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? uid, dropped: false }
  const list = await readFile('/etc/passwd', 'utf8')
  const [, , nobodyUid, nobodyGid] = list.match(/^nobody:.*$/m)?.[0].split(':') ?? []
  if (!nobodyUid || !nobodyGid || !/^\d+$/.test(nobodyUid)) {
    throw new Error('PostgreSQL refuses to run as root, and /etc/passwd has no account "nobody" to run it as')
  }
  return { uid: Number(nobodyUid), gid: Number(nobodyGid), dropped: true }
}

/** The first folder on the way to `path` that the account may not enter; null when the way is free. */
export async function obstacle(path: string, account: SystemAccount): Promise<string | null> {
  if (!account.dropped) return null
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null)
    if (found !== null && !mayEnter(found, account)) return folder
    if (folder === dirname(folder)) return null
  }
}

function mayEnter(folder: { uid: number; gid: number; mode: number }, account: SystemAccount): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0
  return (folder.mode & 0o001) !== 0
}

/** Gives a file or folder to the account, where that is another one than ours. */
export async function give(path: string, account: SystemAccount): Promise<void> {
  if (account.dropped) await chown(path, account.uid, account.gid)
}
