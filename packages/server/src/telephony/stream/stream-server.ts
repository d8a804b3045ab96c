import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { incomingUrl } from '../../domain/incoming-url.ts'
import type { Callback, InboundReply, IncomingReport, Vendor, VendorDocument } from '../vendor.ts'
import { type Entry, type ExpectedCall, ExpectedCalls, type Expectation } from './expected-calls.ts'
import { greet } from './greet.ts'
import { wrapMediaSocket } from './media-socket.ts'
import { readBody } from './read-body.ts'

export interface StreamServerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** How vendors reach this server, e.g. `https://calls.example.com`; null: at the address it listens on. */
  readonly publicUrl: string | null
  /** Connections at a time, media and callbacks together. Default 5,000. */
  readonly maxConnections?: number
  /**
   * Asked when a call comes in at the address of a key that nobody has registered yet: may call `onIncoming` before
   * it resolves.
   */
  readonly findIncoming?: (key: string) => Promise<void>
  readonly onTrouble: (error: unknown) => void
}

/** Decides on a call from outside. Rejecting answers the vendor with 503. */
export type IncomingHandler = (incoming: IncomingReport) => Promise<InboundReply>

export interface Incoming {
  readonly vendor: Vendor
  readonly handler: IncomingHandler
}

/**
 * Where vendors reach a worker: callbacks over HTTP, audio over WebSocket, each call at addresses of its own.
 * An address that nobody was given is 404, a callback without the vendor's signature 403. TLS is the business
 * of whatever stands in front.
 */
export interface StreamServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  expect(expectation: Expectation): ExpectedCall
  /** Calls to our numbers; answers the address to be given to the vendor, of which `key` is the last part. */
  onIncoming(key: string, incoming: Incoming): string
}

/** A media message is some hundred bytes; the largest a vendor documents is far below. */
const largestMessageBytes = 64 * 1024
const largestBodyBytes = 64 * 1024
const requestDeadlineMs = 10_000
const callAddress = /^\/carriers\/([A-Za-z0-9_-]{32})\/(answer|status|stream)$/
const incomingAddress = /^\/carriers\/incoming\/([a-z0-9-]{1,36})$/

export async function openStreamServer(options: StreamServerOptions): Promise<StreamServer> {
  const http = createServer({ requestTimeout: requestDeadlineMs, headersTimeout: requestDeadlineMs })
  http.maxConnections = options.maxConnections ?? 5_000
  http.listen(options.port, options.host)
  await once(http, 'listening')
  const { address, port } = http.address() as AddressInfo
  const own = `http://${address.includes(':') ? `[${address}]` : address}:${port}`
  const publicUrl = (options.publicUrl ?? own).replace(/\/+$/, '')
  const { onTrouble, findIncoming = async () => undefined } = options
  return new RunningStreamServer(http, { host: address, port, publicUrl, findIncoming, onTrouble })
}

interface Place {
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  readonly findIncoming: (key: string) => Promise<void>
  readonly onTrouble: (error: unknown) => void
}

class RunningStreamServer implements StreamServer {
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  readonly #http: Server
  readonly #findIncoming: (key: string) => Promise<void>
  readonly #onTrouble: (error: unknown) => void
  readonly #calls: ExpectedCalls
  readonly #incoming = new Map<string, Incoming>()
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessageBytes })

  constructor(http: Server, { host, port, publicUrl, findIncoming, onTrouble }: Place) {
    this.host = host
    this.port = port
    this.publicUrl = publicUrl
    this.#http = http
    this.#findIncoming = findIncoming
    this.#onTrouble = onTrouble
    this.#calls = new ExpectedCalls(publicUrl)
    http.on('request', (request, response) => {
      this.#serve(request, response).catch(error => {
        onTrouble(error)
        if (!response.headersSent) response.writeHead(503)
        response.end()
      })
    })
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, { socket, head }))
  }

  expect(expectation: Expectation): ExpectedCall {
    return this.#calls.add(expectation)
  }

  onIncoming(key: string, incoming: Incoming): string {
    this.#incoming.set(key, incoming)
    return incomingUrl(this.publicUrl, key)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#calls[Symbol.dispose]()
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#http.closeAllConnections()
    await new Promise(resolve => this.#http.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = this.#pathOf(request)
    const [, token = '', action] = callAddress.exec(path) ?? []
    const entry = this.#calls.find(token)
    if (entry && action !== 'stream') return await this.#report(request, { response, entry, path })
    const incoming = await this.#incomingAt(path)
    if (incoming) return await this.#announce(request, { response, path, ...incoming })
    response.writeHead(404).end()
  }

  async #incomingAt(path: string): Promise<Incoming | undefined> {
    const key = incomingAddress.exec(path)?.[1]
    if (key === undefined) return undefined
    if (!this.#incoming.has(key)) await this.#findIncoming(key)
    return this.#incoming.get(key)
  }

  async #report(
    request: IncomingMessage,
    { response, entry, path }: { response: ServerResponse; entry: Entry; path: string },
  ): Promise<void> {
    const callback = await this.#readCallback(request, path)
    if (callback === null) return void response.writeHead(413, { connection: 'close' }).end()
    const { callbacks } = entry.vendor
    if (!callbacks.isGenuine(callback, Date.now())) return void response.writeHead(403).end()
    const report = callbacks.read(callback)
    if (report !== null) entry.reported(report)
    if (!path.endsWith('/answer')) return void response.writeHead(200).end()
    if (!entry.acceptsAudio) return void response.writeHead(404).end()
    answerWith(response, callbacks.instructions(entry.urls, entry.correlationId))
  }

  async #announce(
    request: IncomingMessage,
    place: { response: ServerResponse; path: string; vendor: Vendor; handler: IncomingHandler },
  ): Promise<void> {
    const { response, path, vendor, handler } = place
    const callback = await this.#readCallback(request, path)
    if (callback === null) return void response.writeHead(413, { connection: 'close' }).end()
    if (!vendor.callbacks.isGenuine(callback, Date.now())) return void response.writeHead(403).end()
    const incoming = vendor.inbound.read(callback)
    if (incoming === null) return void response.writeHead(200).end()
    const { document } = await handler(incoming)
    if (document === null) response.writeHead(200).end()
    else answerWith(response, document)
  }

  #upgrade(request: IncomingMessage, { socket, head }: { socket: Duplex; head: Buffer }): void {
    socket.on('error', () => socket.destroy())
    const [, token = '', action] = callAddress.exec(this.#pathOf(request)) ?? []
    const entry = this.#calls.find(token)
    if (!entry?.acceptsAudio || action !== 'stream') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    entry.acceptsAudio = false
    this.#sockets.handleUpgrade(request, socket, head, client =>
      greet(wrapMediaSocket(client, this.#onTrouble), entry.vendor, media => entry.connected(media)),
    )
  }

  /** The path below our public address: what stands in front may pass on its own prefix. */
  #pathOf(request: IncomingMessage): string {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const start = path.indexOf('/carriers/')
    return start < 0 ? path : path.slice(start)
  }

  async #readCallback(request: IncomingMessage, path: string): Promise<Callback | null> {
    const body = await readBody(request, largestBodyBytes)
    if (body === null) return null
    const query = /\?.*$/s.exec(request.url ?? '')?.[0] ?? ''
    return {
      method: request.method ?? 'GET',
      url: `${this.publicUrl}${path}${query}`,
      header: name => {
        const value = request.headers[name]
        return (typeof value === 'string' ? value : value?.[0]) ?? null
      },
      body,
    }
  }
}

function answerWith(response: ServerResponse, { contentType, body }: VendorDocument): void {
  response.writeHead(200, { 'content-type': contentType }).end(body)
}
