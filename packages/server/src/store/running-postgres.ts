import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether a data folder has an embedded cluster, and where it listens now: for programs beside the platform. */
export type FoundPostgres =
  | { readonly state: 'none' | 'stopped' }
  | { readonly state: 'running'; readonly url: string }

/** The cluster may lie behind the link `data`, see `openCluster`. Touches nothing. */
export async function findEmbeddedPostgres(dataDir: string): Promise<FoundPostgres> {
  for (const home of [dataDir, join(dataDir, 'data')]) {
    const password = await readFile(join(home, 'password'), 'utf8').catch(() => null)
    if (password === null || !(await exists(join(home, 'cluster')))) continue
    // PostgreSQL, "Server Programming: postmaster.pid": process id in the first line, port in the fourth.
    const lines = (await readFile(join(home, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '')).split(
      '\n',
    )
    const [pid, port] = [Number(lines[0]), Number(lines[3])]
    if (!isAlive(pid) || !Number.isInteger(port)) return { state: 'stopped' }
    return { state: 'running', url: `postgres://parley:${password.trim()}@127.0.0.1:${port}/postgres` }
  }
  return { state: 'none' }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It is there, and not ours.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
