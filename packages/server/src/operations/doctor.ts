import { type Config, ConfigError, readConfig } from '../config/config.ts'
import { createOutgoing } from '../outgoing/outgoing.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { checkDatabase, checkSealed } from './check-database.ts'
import { checkLine, checkNats } from './check-line.ts'
import {
  checkCertificate,
  checkDisk,
  checkExposure,
  checkKeyFile,
  checkNode,
  checkSipAddress,
} from './check-machine.ts'
import { checkProviders } from './check-providers.ts'
import { fail, type Finding, ok, warn } from './finding.ts'
import { reachDatabase } from './reach-database.ts'

/** Looks at all that a platform with these settings stands on. Changes nothing, and places no call. */
export async function examine(environment: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  const config = settingsIn(environment)
  if (Array.isArray(config)) return [checkNode(), ...config]
  const machine = [
    checkNode(),
    ok('settings', 'can be used'),
    await checkDisk(config),
    await checkKeyFile(config),
    ...(await checkCertificate(config)),
    ...checkExposure(config),
    checkSipAddress(config),
  ]
  await using reached = await reachDatabase(config)
  if (reached.url === null) {
    const none = warn('database', 'There is none yet: the first start makes it')
    return [...machine, none, ...(await checkOutside(config, null))]
  }
  await using database = openDatabase(reached.url, { connections: 2 })
  const rows = await checkDatabase(database)
  const isUp = rows.length > 1
  const sealed = isUp ? await checkSealed(config, database) : []
  return [...machine, ...rows, ...sealed, ...(await checkOutside(config, isUp ? database : null))]
}

function settingsIn(environment: Readonly<Record<string, string | undefined>>): Config | Finding[] {
  try {
    return readConfig(environment)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [fail('settings', `${error.message.replaceAll('\n', ';')}; see docs/settings.md`)]
  }
}

async function checkOutside(config: Config, database: Database | null): Promise<Finding[]> {
  // The operator's own addresses may lie in the operator's own network.
  await using outgoing = createOutgoing({ allowCidrs: ['0.0.0.0/0', '::/0'] })
  const [line, providers, nats] = await Promise.all([
    checkLine(config, database),
    checkProviders(config, outgoing),
    checkNats(config),
  ])
  return [...line, ...providers, ...nats]
}
