import { readConfig, ConfigError } from './config/config.ts'
import { createLog } from './config/log.ts'
import { prepareForRole } from './config/prepare-database.ts'
import { runAlone } from './config/run-alone.ts'
import { openWorker } from './app.ts'
import { openApi } from './config/api.ts'
import { supervise } from './config/supervise.ts'

/** `all` supervises database, API and workers on this machine; the other two run one process each. */
const roles = ['all', 'api', 'worker'] as const
type Role = (typeof roles)[number]

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const role = roleOf(process.argv.slice(2))
  const log = createLog(config, role)
  if (role === 'all') return await supervise(config, log)
  // A supervised process finds its database prepared.
  if (process.send === undefined) await prepareForRole(config)
  await runAlone(role === 'api' ? await openApi(config, log) : await openWorker(config, log), log)
}

function roleOf(words: readonly string[]): Role {
  if (words.length === 0) return 'all'
  const role = roles.find(known => known === words[1])
  if (words[0] === '--role' && role !== undefined && words.length === 2) return role
  throw new ConfigError([`usage: main.ts [--role ${roles.join('|')}]`])
}

main().catch(error => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error?.stack ?? error)}\n`)
  process.exitCode = 1
})
