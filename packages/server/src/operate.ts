import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from './config/config.ts'
import { readMasterKey } from './config/secrets.ts'
import { OperatorError } from './operations/archive.ts'
import { askServer, interruptsOf, type Surroundings } from './operations/ask-server.ts'
import { backUp } from './operations/backup.ts'
import { examine } from './operations/doctor.ts'
import { reachDatabase } from './operations/reach-database.ts'
import { restore } from './operations/restore.ts'

/** What operators do beside the running platform. Exit codes: 0 well, 1 not well, 2 asked wrongly. */

const usage = `usage: parley doctor [--json]
       parley backup FOLDER [--with-key] [--json]
       parley restore FOLDER [--json]
Settings are read from the environment, as by npm start (docs/settings.md).

       parley preflight NUMBER [--from NUMBER] [--campaign ID] [--at TIME] [--json]
       parley call NUMBER --task TEXT|@FILE [--instructions TEXT|@FILE] [--agent ID] [--first-sentence TEXT]
                   [--from NUMBER] [--mode realtime|legacy] [--model ID] [--voice ID] [--language TAG]
                   [--minutes N] [--at TIME] [--data NAME=VALUE]... [--json]
A running server is asked: PARLEY_URL (default http://127.0.0.1:3000), PARLEY_API_KEY.`

const marks = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const

async function main(): Promise<number> {
  const [asked, ...words] = process.argv.slice(2)
  if (asked === 'preflight' || asked === 'call') return (await askServer(asked, words, terminal)) ?? misused()
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, 'with-key': { type: 'boolean', default: false } },
  })
  const [command, folder, ...rest] = positionals
  const tell = (told: object, words: string) =>
    process.stdout.write(`${values.json ? JSON.stringify(told, null, 1) : words}\n`)
  if (command === 'doctor' && folder === undefined) return await doctor(tell)
  if (command === 'backup' && folder !== undefined && rest.length === 0)
    return await makeBackup(folder, { withKey: values['with-key'], tell })
  if (command === 'restore' && folder !== undefined && rest.length === 0)
    return await makeRestore(folder, tell)
  return misused()
}

const terminal: Surroundings = {
  environment: process.env,
  print: line => void process.stdout.write(`${line}\n`),
  remark: line => void process.stderr.write(`${line}\n`),
  onInterrupt: interruptsOf(process),
}

function misused(): number {
  process.stderr.write(`${usage}\n`)
  return 2
}

type Tell = (told: object, words: string) => void

async function doctor(tell: Tell): Promise<number> {
  const findings = await examine(process.env)
  const isWell = findings.every(({ verdict }) => verdict !== 'fail')
  const lines = findings.map(({ verdict, check, detail }) => `${marks[verdict]}  ${check}: ${detail}`)
  tell({ ok: isWell, findings }, lines.join('\n'))
  return isWell ? 0 : 1
}

async function makeBackup(
  folder: string,
  { withKey, tell }: { withKey: boolean; tell: Tell },
): Promise<number> {
  const config = readConfig(process.env)
  await using reached = await reachDatabase(config)
  if (reached.url === null)
    throw new OperatorError(`There is no database under ${config.PARLEY_DATA_DIR} yet`)
  const masterKey = withKey ? await readMasterKey(config) : null
  const { tables, recordings } = await backUp({
    databaseUrl: reached.url,
    dataDir: config.PARLEY_DATA_DIR,
    folder,
    masterKey,
  })
  const counts = {
    tables: tables.length,
    rows: sum(tables.map(({ rows }) => rows)),
    recordings: recordings.length,
  }
  const key = withKey ? 'The master key is in it.' : 'The master key is not in it: keep it apart.'
  tell({ ok: true, folder, ...counts, with_key: withKey }, `${told(counts)} are in ${folder}. ${key}`)
  return 0
}

async function makeRestore(folder: string, tell: Tell): Promise<number> {
  const config = readConfig(process.env)
  await using reached = await reachDatabase(config, { makeNew: true })
  if (reached.url === null) throw new Error('a database that is made is not there')
  const { tables, recordings } = await restore({
    databaseUrl: reached.url,
    dataDir: config.PARLEY_DATA_DIR,
    folder,
  })
  const counts = {
    tables: tables.length,
    rows: sum(tables.map(({ rows }) => rows)),
    recordings: recordings.length,
  }
  tell({ ok: true, folder, ...counts }, `${told(counts)} are back, every checksum was right.`)
  return 0
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
const told = (o: { tables: number; rows: number; recordings: number }) =>
  `${o.rows} rows of ${o.tables} tables and ${o.recordings} recordings`

try {
  process.exitCode = await main()
} catch (error) {
  const isAsking =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  const isTold = isAsking || error instanceof OperatorError || error instanceof ConfigError
  const words = isTold
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error)
  process.stderr.write(`${words}${isAsking ? `\n${usage}` : ''}\n`)
  process.exitCode = isAsking ? 2 : 1
}
