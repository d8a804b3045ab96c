import { scopes, type Scope } from '@parley/contract/api-keys'
import pino from 'pino'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { Catalogue } from '../src/domain/catalogue.ts'
import type { AccountId } from '../src/domain/ids.ts'
import type { HttpDeps } from '../src/http/deps.ts'
import { buildHttp } from '../src/http/build-http.ts'
import { openLiveCalls } from '../src/intake/live-calls.ts'
import { openRecordings } from '../src/files/recordings.ts'
import { createUrlFault } from '../src/outgoing/url-fault.ts'
import { createAccount } from '../src/store/accounts.ts'
import { insertApiKey, newApiKey } from '../src/store/api-keys.ts'
import { bootstrap } from '../src/store/bootstrap.ts'
import type { Database } from '../src/store/database.ts'
import { openJobs } from '../src/store/jobs.ts'
import { createSealing } from '../src/store/sealing.ts'
import { testDatabase } from './postgres.ts'

const model = { languages: ['en'], typicalLatencyMs: 300, default: true }
const voice = { languages: ['en'], description: 'A voice' }

/** A platform with a realtime model that takes no temperature, and an English cascade that does. */
export const englishCatalogue: Catalogue = {
  models: [
    { ...model, id: 'rt-1', mode: 'realtime', provider: 'cloud', supportsTemperature: false },
    { ...model, id: 'brain-1', mode: 'legacy', provider: 'chat', supportsTemperature: true },
  ],
  voices: [
    { ...voice, id: 'alloy', mode: 'realtime', provider: 'cloud', default: true },
    { ...voice, id: 'echo', mode: 'realtime', provider: 'cloud', default: false },
    { ...voice, id: 'rachel', mode: 'legacy', provider: 'tts', default: true },
  ],
  recognizedLanguages: ['en-US'],
}

/** The HTTP API on a database of its own, with one key that may do everything. */
export interface TestApi {
  readonly app: FastifyInstance
  readonly database: Database
  readonly accountId: AccountId
  readonly key: string
  /** What providers can do from now on. */
  catalogue: Catalogue
  draining: boolean
  /** Sends a request with the administrator's key, or the one given. */
  send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, o?: Sent): Promise<Answer>
  /** A new key of this account. */
  keyWith(granted: readonly Scope[], allowedIps?: string[]): Promise<string>
  /** A new account with a key that may do everything. */
  stranger(): Promise<{ accountId: AccountId; key: string }>
}

interface Sent {
  readonly body?: unknown
  readonly key?: string
  readonly headers?: Record<string, string>
}

export interface Answer {
  readonly status: number
  // What came is looked at by assertions, whatever it is.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
  readonly headers: Record<string, unknown>
}

/** For one test: everything is closed when it is over. */
export async function testApi(more: Partial<HttpDeps> = {}): Promise<TestApi> {
  const opened = new AsyncDisposableStack()
  onTestFinished(() => opened.disposeAsync())
  return await openApi(opened, more)
}

/** For all tests of a `describe` or file that do not mind what the others left. */
export function sharedApi(more: Partial<HttpDeps> = {}): () => TestApi {
  const opened = new AsyncDisposableStack()
  let api: TestApi | undefined
  beforeAll(async () => {
    api = await openApi(opened, more)
  })
  afterAll(() => opened.disposeAsync())
  return () => {
    if (api === undefined) throw new Error('the API is there only while tests run')
    return api
  }
}

async function openApi(opened: AsyncDisposableStack, more: Partial<HttpDeps>): Promise<TestApi> {
  const { database } = opened.use(await testDatabase())
  return await apiOn(opened, database, more)
}

/** On a database that is there already, with its tables and nothing in them. */
export async function apiOn(
  opened: AsyncDisposableStack,
  database: Database,
  more: Partial<HttpDeps> = {},
): Promise<TestApi> {
  const sealing = createSealing(Buffer.alloc(32, 5))
  const key = newApiKey()
  const ownedNumbers = ['+18005551234']
  const { accountId } = await bootstrap(database, { sealing, adminKey: key, ownedNumbers })
  const jobs = opened.use(await openJobs(database))
  const liveCalls = opened.use(await openLiveCalls(database))
  const app = await buildHttp({
    database,
    jobs,
    liveCalls,
    embedder: null,
    catalogue: () => api.catalogue,
    recordings: openRecordings('/nonexistent', () => undefined),
    previews: { audioOf: async () => new Uint8Array(44) },
    cloners: [],
    sealing,
    streamUrl: 'https://calls.test/',
    urlFault: createUrlFault([]),
    sipTransports: ['udp', 'tcp'],
    links: { publicUrl: 'http://api.test', secret: Buffer.alloc(32, 6) },
    defaultFromNumber: null,
    homeCountries: ['US'],
    defaultCaps: {},
    draining: () => api.draining,
    // What the machine has to do beside a test is no reason to refuse it.
    longestLoopDelayMs: 0,
    log: pino({ level: 'silent' }),
    metrics: { read: async () => ({ type: 'text/plain', text: '' }), onAnswer: () => undefined },
    ...more,
  })
  opened.defer(() => app.close())
  const grantTo = (account: AccountId, granted: readonly Scope[], allowedIps?: string[]) =>
    grantKey(database, account, { granted, allowedIps })
  const api: TestApi = {
    app,
    database,
    accountId,
    key,
    catalogue: englishCatalogue,
    draining: false,
    send: senderTo(app, key),
    keyWith: (granted, allowedIps) => grantTo(accountId, granted, allowedIps),
    async stranger() {
      const id = await database.kysely
        .transaction()
        .execute(trx => createAccount(trx, { name: 'Stranger', webhookSecret: 'whsec_x', sealing }))
      return { accountId: id, key: await grantTo(id, scopes) }
    },
  }
  return api
}

async function grantKey(
  database: Database,
  account: AccountId,
  { granted, allowedIps = [] }: { granted: readonly Scope[]; allowedIps?: string[] | undefined },
): Promise<string> {
  const key = newApiKey()
  const grant = { name: 'test', scopes: [...granted], allowed_ips: allowedIps }
  await insertApiKey(database, { account, key, grant })
  return key
}

function senderTo(app: FastifyInstance, ownKey: string): TestApi['send'] {
  return async (method, url, o = {}) => {
    const { body, key = ownKey } = o
    const response = await app.inject({
      method,
      url,
      headers: {
        ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...o.headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const isJson = /json/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      body: isJson ? response.json() : response.body,
      headers: response.headers,
    }
  }
}
