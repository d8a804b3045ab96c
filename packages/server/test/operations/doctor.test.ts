import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { examine } from '../../src/operations/doctor.ts'
import { testApi } from '../http-api.ts'

const masterKey = Buffer.alloc(32, 5).toString('base64')

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-doctor-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Verdicts by check. */
async function verdicts(settings: Record<string, string>): Promise<Record<string, string>> {
  const findings = await examine(settings)
  return Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]))
}

/** A provider that knows one key. */
async function provider(key: string): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.headers.authorization === `Bearer ${key}` ? 200 : 401).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

test('a platform that is well is told so, and what is not is told with what to do', async () => {
  const { database } = await testApi()
  const url = await provider('right')
  const well = {
    PARLEY_DATA_DIR: await dataFolder(),
    DATABASE_URL: database.url,
    PARLEY_MASTER_KEY: masterKey,
    OPENAI_API_KEY: 'right',
    OPENAI_BASE_URL: url,
  }
  expect(await verdicts(well)).toMatchObject({
    node: 'ok',
    settings: 'ok',
    database: 'ok',
    tables: 'ok',
    clock: 'ok',
    'stored secrets': 'ok',
    'API without TLS': 'ok',
    OpenAI: 'ok',
    carriers: 'warn',
  })
  const file = join(well.PARLEY_DATA_DIR, 'cert.pem')
  await writeFile(file, 'no certificate')
  const ill = {
    ...well,
    PARLEY_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
    OPENAI_API_KEY: 'wrong',
    PARLEY_HTTP_HOST: '0.0.0.0',
    WEBHOOK_ALLOW_CIDR: '10.0.0.0/8',
    PARLEY_SIP_TLS_CERT_FILE: file,
    SIP_TRUNK: 'sip:127.0.0.1:9',
    NATS_URL: 'nats://127.0.0.1:9',
  }
  expect(await verdicts(ill)).toMatchObject({
    'stored secrets': 'fail',
    'API without TLS': 'fail',
    WEBHOOK_ALLOW_CIDR: 'warn',
    'TLS certificate': 'fail',
    OpenAI: 'fail',
    SIP_TRUNK: 'fail',
    'NATS 127.0.0.1': 'fail',
  })
})

test('without a usable setting, or without a database, that is what is told', async () => {
  expect(await verdicts({ PARLEY_HTTP_PORT: 'x' })).toEqual({ node: 'ok', settings: 'fail' })
  const PARLEY_DATA_DIR = await dataFolder()
  expect(await verdicts({ PARLEY_DATA_DIR })).toMatchObject({ database: 'warn', 'master key': 'warn' })
  const away = { PARLEY_DATA_DIR, DATABASE_URL: 'postgres://parley@127.0.0.1:9/parley' }
  expect(await verdicts(away)).toMatchObject({ database: 'fail' })
})

test('a proxy with TLS has to be named, or all clients look like one', async () => {
  const PARLEY_DATA_DIR = await dataFolder()
  const behind = { PARLEY_DATA_DIR, PARLEY_PUBLIC_URL: 'https://calls.example.com' }
  expect(await verdicts(behind)).toMatchObject({ PARLEY_TRUSTED_PROXIES: 'warn' })
  const named = await verdicts({ ...behind, PARLEY_TRUSTED_PROXIES: '127.0.0.1' })
  expect(named).not.toHaveProperty('PARLEY_TRUSTED_PROXIES')
})
