import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { BrowserLeg, type BrowserSocket } from './browser-leg.ts'
import { readBrowserMessage } from './browser-messages.ts'

export interface BrowserLineOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Web pages that may open a connection, e.g. `https://app.example.com`. What is no browser names none. */
  readonly allowedOrigins: readonly string[]
  /** Connections at a time. Default 1,000. */
  readonly maxConnections?: number
  readonly onTrouble: (error: unknown) => void
}

/** Whether this token may join this call, once. Resolving true obliges to take the leg. */
export type Admit = (callId: string, token: string) => Promise<((leg: BrowserLeg) => void) | null>

/** Where browsers join test calls, by WebSocket at `/browser-calls/{call id}`. TLS is the business of what stands in front. */
export interface BrowserLine extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

const address = /^\/browser-calls\/([0-9a-f-]{36})$/
/** Whoever has not said who they are within this time is cut. */
const authDeadlineMs = 10_000
const largestMessageBytes = 16 * 1024
const closeMs = 2_000
/** Policy violation, RFC 6455 section 7.4.1. */
const policyViolation = 1008

export async function openBrowserLine(options: BrowserLineOptions, admit: Admit): Promise<BrowserLine> {
  const http = createServer((_, response) => void response.writeHead(404).end())
  http.maxConnections = options.maxConnections ?? 1_000
  http.listen(options.port, options.host)
  await once(http, 'listening')
  return new RunningBrowserLine(http, { options, admit })
}

class RunningBrowserLine implements BrowserLine {
  readonly host: string
  readonly port: number
  readonly #http: Server
  readonly #options: BrowserLineOptions
  readonly #admit: Admit
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    perMessageDeflate: false,
  })

  constructor(http: Server, { options, admit }: { options: BrowserLineOptions; admit: Admit }) {
    const bound = http.address() as AddressInfo
    this.host = bound.address
    this.port = bound.port
    this.#http = http
    this.#options = options
    this.#admit = admit
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy())
      const callId = address.exec((request.url ?? '').split('?')[0] ?? '')?.[1]
      if (callId === undefined) return refuse(socket, '404 Not Found')
      if (!this.#isAllowed(request.headers.origin)) return refuse(socket, '403 Forbidden')
      this.#sockets.handleUpgrade(request, socket, head, client => {
        ;(socket as Socket).setNoDelay?.(true)
        this.#greet(client, callId)
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#http.closeAllConnections()
    await new Promise(resolve => this.#http.close(resolve))
  }

  #isAllowed(origin: string | undefined): boolean {
    return origin === undefined || this.#options.allowedOrigins.includes(origin)
  }

  #greet(client: WebSocket, callId: string): void {
    const { onTrouble } = this.#options
    const refused = (why: string) => client.close(policyViolation, why)
    const late = setTimeout(() => refused('no token in time'), authDeadlineMs)
    client.on('error', () => client.terminate())
    client.once('close', () => clearTimeout(late))
    client.once('message', (data: Buffer, isBinary) => {
      clearTimeout(late)
      const message = isBinary ? null : readBrowserMessage(data.toString())
      if (message?.type !== 'auth') return refused('a token comes first')
      this.#admit(callId, message.token).then(
        take => (take ? take(new BrowserLeg(wrap(client, onTrouble), callId)) : refused('not admitted')),
        error => {
          onTrouble(error)
          client.close(1011, 'not possible now')
        },
      )
    })
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function wrap(client: WebSocket, onTrouble: (error: unknown) => void): BrowserSocket {
  return {
    send: message => {
      if (client.readyState === client.OPEN) client.send(message)
    },
    get waitingBytes() {
      return client.bufferedAmount
    },
    close: reason => {
      client.close(1000, reason)
      setTimeout(() => client.terminate(), closeMs).unref()
    },
    take: taker => {
      client.on('message', (data: Buffer, isBinary) => {
        try {
          if (isBinary) taker.audio(data)
          else taker.text(data.toString())
        } catch (error) {
          onTrouble(error)
        }
      })
      client.once('close', () => taker.closed())
      if (client.readyState === client.CLOSED) taker.closed()
    },
  }
}
