import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Faults, LogEntry, StandIn } from './stand-in.ts'

/** What a provider does with what arrives. */
export interface Provider {
  /** The HTTP status that turns a request away before anything else is looked at; null: welcome. */
  authorize(request: IncomingMessage): number | null
  /** Undefined where the provider has no WebSocket. */
  connected?(line: Line, request: IncomingMessage): void
  /** Undefined where the provider has no plain HTTP. */
  requested?(request: IncomingMessage, response: ServerResponse, log: Log): Promise<void>
}

export type Log = (direction: LogEntry['direction'], type: string, body?: unknown) => void

/** One client's WebSocket, as the provider sees it. */
export interface Line {
  send(type: string, message: object, options?: { binary: boolean }): void
  close(code: number, reason: string): void
  readonly open: boolean
  readonly log: Log
  readonly socket: WebSocket
}

const LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024

/** Serves a provider on a free loopback port. */
export async function openLoopback(provider: Provider): Promise<StandIn> {
  const house = new House(provider)
  const http = createServer((request, response) => house.request(request, response))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE_BYTES })
  http.on('connection', socket => house.arrive(socket))
  http.on('upgrade', (request, socket, head) => house.upgrade({ request, socket, head }, sockets))
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    log: house.log,
    faults: house,
    [Symbol.asyncDispose]: () => house.close(http),
  }
}

class House implements Faults {
  readonly log: LogEntry[] = []
  readonly #provider: Provider
  readonly #connections = new Set<Socket>()
  readonly #lines = new Set<WebSocket>()
  readonly #stalled = new Set<WebSocket>()
  #refusal: number | null = null
  #hushed = false
  #count = 0

  constructor(provider: Provider) {
    this.#provider = provider
  }

  arrive(socket: Socket): void {
    this.#connections.add(socket)
    socket.once('close', () => this.#connections.delete(socket))
    socket.on('error', () => socket.destroy())
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    const log = this.#enter(request)
    const status = this.#refusal ?? this.#provider.authorize(request)
    if (status !== null) return turnAway(response, status)
    if (this.#hushed) return void request.resume()
    const answered = this.#provider.requested?.(request, response, log)
    if (!answered) turnAway(response, 404)
    else answered.catch(error => response.destroy(error as Error))
  }

  upgrade(
    { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
    sockets: WebSocketServer,
  ): void {
    const log = this.#enter(request)
    const status = this.#refusal ?? this.#provider.authorize(request)
    if (status !== null || !this.#provider.connected) {
      socket.end(`HTTP/1.1 ${status ?? 404} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, client => {
      this.#lines.add(client)
      client.once('close', code => {
        this.#lines.delete(client)
        log('in', 'close', { code })
      })
      client.on('error', () => client.terminate())
      if (this.#hushed) return
      this.#provider.connected?.(this.#line(client, log), request)
    })
  }

  refuse(status: number | null): void {
    this.#refusal = status
  }

  drop(): void {
    for (const connection of this.#connections) connection.resetAndDestroy()
  }

  stall(): void {
    for (const client of this.#lines) {
      this.#stalled.add(client)
      client.pause()
    }
  }

  garble(): void {
    for (const client of this.#lines) client.send('{"type": 17, "delta": ')
  }

  hush(on: boolean): void {
    this.#hushed = on
  }

  async close(http: Server): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await new Promise(resolve => http.close(resolve))
  }

  #enter(request: IncomingMessage): Log {
    const connection = ++this.#count
    const log: Log = (direction, type, body = null) => {
      this.log.push({ atMs: performance.now(), connection, direction, type, body })
    }
    log('in', 'connect', { method: request.method, path: request.url ?? '/' })
    return log
  }

  #line(client: WebSocket, log: Log): Line {
    const stalled = () => this.#stalled.has(client)
    return {
      log,
      socket: client,
      send: (type, message, options = { binary: false }) => {
        if (client.readyState !== client.OPEN || stalled()) return
        log('out', type, message)
        client.send(JSON.stringify(message), options)
      },
      close: (code, reason) => {
        if (!stalled()) client.close(code, reason)
      },
      get open() {
        return client.readyState === client.OPEN && !stalled()
      },
    }
  }
}

function turnAway(response: ServerResponse, status: number): void {
  const error = { message: `refused with ${status}`, type: 'stand_in', code: null, param: null }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
}
