import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import type { CallId } from '../domain/ids.ts'
import type { Database } from './database.ts'

const channel = 'parley_calls'
const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * What more than its feed is concerned: a call that waits to be dialled, a stop or another control that
 * somebody asked for, a webhook in the outbox. Whom it does not concern need not look.
 */
export type CallConcern = 'queued' | 'stop' | 'control' | 'webhook'

/**
 * Tells every process that something about this call is new in the database. Sent after the commit, and
 * only the id: inside a transaction the notifications of all calls would queue behind one lock. Never
 * rejects: what happened is committed, and listeners also poll, so a lost notification costs time only.
 */
export async function notifyCall(
  { kysely, bus }: Database,
  callId: CallId,
  ...concerns: readonly CallConcern[]
): Promise<void> {
  const told = [callId, ...concerns].join(' ')
  if (bus?.publish(told)) return
  await sql`select pg_notify(${channel}, ${told})`.execute(kysely).catch(() => undefined)
}

export interface CallListener {
  /** Called for every notification; must not throw. */
  onCall(callId: CallId, concerns: ReadonlySet<string>): void
  /** The connection was lost and is back: notifications may have been missed in between. */
  onReconnect?(): void
  onTrouble?(error: unknown): void
}

/**
 * Listens on a connection of its own, connecting again whenever it breaks, and on the bus where there is one: who tells
 * uses the database while the bus is away. Disposing ends it.
 */
export async function subscribe(database: Database, listener: CallListener): Promise<AsyncDisposable> {
  const ending = new AbortController()
  const first = await listen(database.url, listener)
  const kept = keepListening(database.url, { first, listener, signal: ending.signal })
  const leaveBus = database.bus?.listen({
    onNews: news => tell(listener, news),
    onReconnect: () => listener.onReconnect?.(),
  })
  return {
    async [Symbol.asyncDispose]() {
      leaveBus?.()
      ending.abort()
      await kept
    },
  }
}

function tell(listener: CallListener, news: string): void {
  const [callId, ...concerns] = news.split(' ')
  if (callId) listener.onCall(callId as CallId, new Set(concerns))
}

interface Listening {
  readonly client: pg.Client
  /** Resolves when the connection is no more. */
  readonly over: Promise<void>
}

async function listen(url: string, listener: CallListener): Promise<Listening> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'parley listener',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  })
  const over = new Promise<void>(done => client.once('end', done))
  client.on('error', error => listener.onTrouble?.(error))
  client.on('notification', ({ payload }) => tell(listener, payload ?? ''))
  try {
    await client.connect()
    await client.query(`listen ${channel}`)
  } catch (error) {
    await client.end().catch(() => undefined) // It may never have been open.
    throw error
  }
  return { client, over }
}

async function keepListening(
  url: string,
  o: { first: Listening; listener: CallListener; signal: AbortSignal },
): Promise<void> {
  const { listener, signal } = o
  const aborted = new Promise<void>(done => signal.addEventListener('abort', () => done(), { once: true }))
  let current: Listening | undefined = o.first
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (current) {
      await Promise.race([current.over, aborted])
      if (signal.aborted) break
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    current = await listen(url, listener).catch(error => {
      listener.onTrouble?.(error)
      return undefined
    })
    if (!current) continue
    pauseMs = firstPauseMs / 2
    listener.onReconnect?.()
  }
  await current?.client.end().catch(() => undefined) // Closing a connection that broke meanwhile.
}
