import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node'

/**
 * Brings news of calls to all processes without the database, which past some hundred live calls has better to do. What
 * it loses is repaired like any lost notification: the rows are the truth, and everybody polls.
 */
export interface CallBus extends AsyncDisposable {
  /** False: it is not connected now, so somebody else has to tell. */
  publish(news: string): boolean
  /** Answers how to stop. */
  listen(listener: BusListener): () => void
}

export interface BusListener {
  onNews(news: string): void
  /** The connection is back: news may have been missed in between. */
  onReconnect?(): void
}

/** One NATS server may serve others besides us. */
const subject = 'parley.calls'
const reconnectEveryMs = 1_000
/** Two that are not answered, and the connection counts as broken. */
const pingEveryMs = 10_000

/** Connects in the background and again whenever it breaks: a NATS that is away stops nothing. */
export function openNatsBus(servers: readonly string[], onTrouble: (error: unknown) => void): CallBus {
  return new NatsBus(servers, onTrouble)
}

class NatsBus implements CallBus {
  readonly #listeners = new Set<BusListener>()
  readonly #onTrouble: (error: unknown) => void
  readonly #following: Promise<void>
  #connection: NatsConnection | undefined
  #isConnected = false
  readonly #ending = new AbortController()

  constructor(servers: readonly string[], onTrouble: (error: unknown) => void) {
    this.#onTrouble = onTrouble
    this.#following = this.#follow(optionsFor(servers))
  }

  publish(news: string): boolean {
    if (!this.#connection || !this.#isConnected) return false
    this.#connection.publish(subject, news)
    return true
  }

  listen(listener: BusListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#connection?.close()
    await this.#following
  }

  /** Until it is closed. Never rejects. */
  async #follow(options: ConnectionOptions): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      try {
        const connection = await connect(options)
        if (signal.aborted) return await connection.close()
        await this.#serve(connection)
      } catch (error) {
        this.#onTrouble(error)
      }
      await sleep(reconnectEveryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async #serve(connection: NatsConnection): Promise<void> {
    this.#connection = connection
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return this.#onTrouble(error)
        const news = message.string()
        for (const listener of this.#listeners) listener.onNews(news)
      },
    })
    this.#returned()
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.#isConnected = false
      if (type === 'reconnect') this.#returned()
    }
    this.#isConnected = false
  }

  #returned(): void {
    this.#isConnected = true
    for (const listener of this.#listeners) listener.onReconnect?.()
  }
}

/** The client takes names and passwords as options only. */
function optionsFor(servers: readonly string[]): ConnectionOptions {
  const { username, password } = new URL(servers[0] ?? '')
  const [user, pass] = [username, password].map(decodeURIComponent)
  return {
    servers: servers.map(hostOf),
    name: 'parley',
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectEveryMs,
    pingInterval: pingEveryMs,
    ...(user && pass ? { user, pass } : {}),
    ...(user && !pass ? { token: user } : {}),
  }
}

function hostOf(server: string): string {
  const url = new URL(server)
  url.username = ''
  url.password = ''
  return url.href.replace(/\/$/, '')
}
