import type { AddressInfo, Server, Socket } from 'node:net'
import type { Hop, SipTransport, Neighbour, TransportProtocol, TransportReceiver } from '../transport.ts'
import { plainAddress } from '../ip-address.ts'
import { StreamConnection, type StreamLimits } from './stream-connection.ts'

/** Each holds some 20 KiB; one neighbour may have a few hundred of them, a stranger no more than that. */
const maxConnections = 4_096
const maxConnectionsPerHost = 512

/** What differs between TCP and TLS. */
export interface StreamKind {
  readonly protocol: Exclude<TransportProtocol, 'udp'>
  readonly limits: StreamLimits
  /** Resolves when bytes may be written, over TLS after the certificate was verified. */
  connect(to: Hop, signal: AbortSignal): Promise<Socket>
}

/** A connection that was verified for one name serves no other (RFC 5923 §9). */
const keyOf = ({ host, port, serverName = '' }: Neighbour): string => `${host} ${port} ${serverName}`

/**
 * SIP over connections (RFC 3261 §18.1). One connection to a neighbour serves every call: an answer takes the
 * connection of its request, a request takes whatever is open to its destination, whoever opened it.
 */
export class StreamTransport implements SipTransport {
  readonly protocol: Exclude<TransportProtocol, 'udp'>
  readonly reliable = true
  readonly host: string
  readonly port: number
  readonly #server: Server
  readonly #kind: StreamKind
  readonly #receiver: TransportReceiver
  readonly #open = new Map<string, Promise<StreamConnection>>()
  readonly #live = new Set<StreamConnection>()
  readonly #perHost = new Map<string, number>()
  /** Also those that are still in their TLS handshake. */
  readonly #accepted = new Set<Socket>()
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  /** The server listens already. */
  constructor(server: Server, kind: StreamKind, receiver: TransportReceiver) {
    const { address, port } = server.address() as AddressInfo
    this.protocol = kind.protocol
    this.host = address
    this.port = port
    this.#server = server
    this.#kind = kind
    this.#receiver = receiver
    server.maxConnections = maxConnections
    server.on('error', error => receiver.failed(error))
    server.on('connection', (socket: Socket) => {
      this.#accepted.add(socket)
      socket.once('close', () => this.#accepted.delete(socket))
    })
  }

  /** Takes a connection that somebody else opened. */
  accept(socket: Socket): void {
    const remote = { host: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    const crowded = (this.#perHost.get(remote.host) ?? 0) >= maxConnectionsPerHost
    if (this.#closed || crowded || this.#live.size >= maxConnections || remote.port === 0) {
      socket.destroy()
      return
    }
    this.#open.set(keyOf(remote), Promise.resolve(this.#adopt(socket, remote, false)))
  }

  async send(message: Buffer, to: Hop): Promise<void> {
    if (this.#closed) throw new Error('SIP transport is closed')
    const existing = this.#open.get(keyOf(to))
    const connection = existing ?? this.#connect(afresh(to))
    await (await connection).send(message)
  }

  close(): Promise<void> {
    this.#closed ??= new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#closing.abort(new Error('SIP transport is closed'))
      for (const connection of this.#live) connection.destroy()
      for (const socket of this.#accepted) socket.destroy()
    })
    return this.#closed
  }

  #connect(to: Hop): Promise<StreamConnection> {
    const key = keyOf(to)
    const known = this.#open.get(key)
    if (known) return known
    const opening = this.#kind.connect(to, this.#closing.signal).then(socket => this.#adopt(socket, to, true))
    this.#open.set(key, opening)
    opening.catch(() => this.#open.delete(key))
    return opening
  }

  #adopt(socket: Socket, remote: Neighbour, ours: boolean): StreamConnection {
    const connection = new StreamConnection({
      socket,
      remote,
      ours,
      limits: this.#kind.limits,
      message: bytes => this.#receiver.message(bytes, remote),
      closed: () => this.#forget(connection),
    })
    this.#live.add(connection)
    this.#perHost.set(remote.host, (this.#perHost.get(remote.host) ?? 0) + 1)
    return connection
  }

  #forget(connection: StreamConnection): void {
    const { remote } = connection
    this.#live.delete(connection)
    this.#open.delete(keyOf(remote))
    const left = (this.#perHost.get(remote.host) ?? 1) - 1
    if (left > 0) this.#perHost.set(remote.host, left)
    else this.#perHost.delete(remote.host)
    if (!this.#closed) this.#receiver.disconnected?.(remote)
  }
}

/** Without what only tells how to come back. */
function afresh({ host, port, protocol, serverName, returnPort }: Hop): Hop {
  return { host, port: returnPort ?? port, protocol, ...(serverName === undefined ? {} : { serverName }) }
}
