import { randomBytes } from 'node:crypto'
import { openOpenAiRealtime } from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import pg from 'pg'
import { Callee } from './callee.ts'
import type { Manner } from './manners.ts'
import { openNats } from './nats.ts'
import type { Customer } from './place-calls.ts'
import { openPlatform, type Platform, type PlatformOptions } from './platform.ts'
import { type ChaosPostgres, openPostgres } from './postgres.ts'
import { openSink, type Sink } from './sink.ts'

/** The platform in processes of its own, and all that it has to do with. */
export interface Scene extends AsyncDisposable {
  readonly postgres: ChaosPostgres
  readonly callee: Callee
  readonly sink: Sink
  readonly platform: Platform
  readonly customer: Customer
  readonly toldBy: 'NATS' | 'PostgreSQL'
  /** Asks the database, on a connection of its own. */
  query<Row extends object>(text: string): Promise<Row[]>
}

export type SceneOptions = Pick<
  PlatformOptions,
  'apis' | 'workers' | 'maxCalls' | 'callsPerSecond' | 'drainSeconds'
> & {
  /** How phones are answered; absent: each number in its way. */
  readonly manner?: (number: string) => Manner
}

export async function openScene({ manner, ...options }: SceneOptions): Promise<Scene> {
  await using opened = new AsyncDisposableStack()
  const postgres = opened.use(await openPostgres())
  const nats = opened.use(await openNats())
  const callee = opened.use(await Callee.open(manner))
  const model = opened.use(await openOpenAiRealtime())
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`
  const sink = opened.use(await openSink(webhookSecret))
  const platform = opened.use(
    await openPlatform({
      ...options,
      databaseUrl: postgres.url,
      natsUrl: nats?.url ?? null,
      trunk: callee.trunk,
      webhookSecret,
      realtimeUrl: `${model.url.replace('http:', 'ws:')}/v1/realtime`,
    }),
  )
  const { apis, key } = platform
  const rest = opened.move()
  return {
    postgres,
    callee,
    sink,
    platform,
    customer: { apis, key, webhookUrl: sink.url },
    toldBy: nats ? 'NATS' : 'PostgreSQL',
    query: text => query(postgres.url, text),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
