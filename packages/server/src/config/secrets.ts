import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, ConfigError } from './config.ts'

const keyBytes = 32

/**
 * The key that seals stored secrets and signs links: from the environment, or from a file under the
 * data folder that is made on the first start and readable by its owner alone.
 */
export async function readMasterKey(config: Config): Promise<Buffer> {
  if (config.PARLEY_MASTER_KEY !== undefined) return decode(config.PARLEY_MASTER_KEY, 'PARLEY_MASTER_KEY')
  const file = join(config.PARLEY_DATA_DIR, 'master.key')
  await mkdir(config.PARLEY_DATA_DIR, { recursive: true })
  await writeFile(file, `${randomBytes(keyBytes).toString('base64')}\n`, { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  await chmod(file, 0o600)
  return decode((await readFile(file, 'utf8')).trim(), file)
}

function decode(text: string, source: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (key.length !== keyBytes) throw new ConfigError([`${source}: must be ${keyBytes} bytes in base64`])
  return key
}
