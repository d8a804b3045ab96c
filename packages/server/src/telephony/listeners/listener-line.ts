import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { type WebSocket, WebSocketServer } from 'ws'
import type { CallId } from '../../domain/ids.ts'
import { hello, LiveAudioSender } from '../../domain/live-audio.ts'

/** Where API processes hear the calls of a worker, by WebSocket at `/calls/{call id}/audio`. */
export interface ListenerLine extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

export interface ListenerLineOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** Both sides of a call; µ-law at 8 kHz, valid only during the call. */
export interface Ear {
  hear(heard: Uint8Array, played: Uint8Array): void
  over(): void
}

/** Lets an ear listen to a call, and answers how to stop; null: whoever asks may not, or the call is not here. */
export type Admit = (callId: CallId, url: URL) => ((ear: Ear) => () => void) | null

const address = /^\/calls\/([0-9a-f-]{36})\/audio$/
/** Whoever listens has nothing to say. */
const largestMessageBytes = 1_024
const closeMs = 2_000

export async function openListenerLine(options: ListenerLineOptions, admit: Admit): Promise<ListenerLine> {
  const http = createServer((_, response) => void response.writeHead(404).end())
  http.listen(options.port, options.host)
  await once(http, 'listening')
  return new RunningListenerLine(http, admit)
}

class RunningListenerLine implements ListenerLine {
  readonly host: string
  readonly port: number
  readonly #http: Server
  readonly #admit: Admit
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    perMessageDeflate: false,
  })

  constructor(http: Server, admit: Admit) {
    const bound = http.address() as AddressInfo
    this.host = bound.address
    this.port = bound.port
    this.#http = http
    this.#admit = admit
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy())
      const url = new URL(request.url ?? '', 'ws://worker')
      const callId = address.exec(url.pathname)?.[1] as CallId | undefined
      const listen = callId === undefined ? null : this.#admit(callId, url)
      if (callId === undefined || listen === null) return refuse(socket)
      this.#sockets.handleUpgrade(request, socket, head, client => {
        ;(socket as Socket).setNoDelay?.(true)
        pour(client, callId, listen)
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#http.closeAllConnections()
    await new Promise(resolve => this.#http.close(resolve))
  }
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}

function pour(client: WebSocket, callId: CallId, listen: (ear: Ear) => () => void): void {
  const sender = new LiveAudioSender(client)
  client.on('error', () => client.terminate())
  client.send(hello(callId))
  const stop = listen({
    hear: (heard, played) => sender.frame(interleave(heard, played)),
    over: () => {
      client.close(1000, 'the call is over')
      setTimeout(() => client.terminate(), closeMs).unref()
    },
  })
  client.once('close', stop)
}

/** PCM16 little-endian, the callee left and the agent right. */
export function interleave(heard: Uint8Array, played: Uint8Array): Uint8Array {
  const left = decodeMulaw(heard)
  const right = decodeMulaw(played)
  const frame = Buffer.allocUnsafe(4 * left.length)
  for (let i = 0; i < left.length; i++) {
    frame.writeInt16LE(left[i] ?? 0, 4 * i)
    frame.writeInt16LE(right[i] ?? 0, 4 * i + 2)
  }
  return frame
}
