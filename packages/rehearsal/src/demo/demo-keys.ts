import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DemoFailed } from './options.ts'

const keysSchema = z.object({ admin_key: z.string().min(1), webhook_secret: z.string().min(1) })

export interface DemoKeys {
  readonly adminKey: string
  readonly webhookSecret: string
}

/**
 * A database takes its first admin key and webhook secret when it is made, so the demo keeps what it
 * gave beside it, readable by the owner alone. The environment wins where it names both.
 */
export async function readDemoKeys(dataDir: string): Promise<DemoKeys> {
  const { PARLEY_ADMIN_KEY: adminKey, PARLEY_WEBHOOK_SECRET: webhookSecret } = process.env
  if (adminKey && webhookSecret) return { adminKey, webhookSecret }
  const file = join(dataDir, 'demo.json')
  await makeOnce(dataDir, file)
  const kept = keysSchema.safeParse(parse(await readFile(file, 'utf8')))
  if (!kept.success)
    throw new DemoFailed(`${file} is damaged. Remove the folder ${dataDir}, or use another --data-dir.`)
  return { adminKey: kept.data.admin_key, webhookSecret: kept.data.webhook_secret }
}

async function makeOnce(dataDir: string, file: string): Promise<void> {
  const fresh = {
    admin_key: `pk_live_${randomBytes(32).toString('base64url')}`,
    webhook_secret: `whsec_${randomBytes(32).toString('base64')}`,
  }
  const unusable = (error: Error): never => {
    throw new DemoFailed(`The data folder cannot be used: ${error.message}`, error)
  }
  await mkdir(dataDir, { recursive: true }).catch(unusable)
  try {
    await writeFile(file, `${JSON.stringify(fresh, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code !== 'EEXIST')
      throw new DemoFailed(`The data folder cannot be used: ${error.message}`, error)
    await chmod(file, 0o600)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
