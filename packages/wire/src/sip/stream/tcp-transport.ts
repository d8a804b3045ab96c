import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { isWildcard } from '../ip-address.ts'
import type { Hop, OpenTransport, TransportAddress } from '../transport.ts'
import { standardLimits, type StreamLimits } from './stream-connection.ts'
import { StreamTransport } from './stream-transport.ts'

/** A neighbour that does not take a connection by then is as good as down. */
export const connectDeadlineMs = 10_000

/** SIP over TCP: listens, and connects where nothing is open yet. */
export const openTcpTransport =
  (limits: StreamLimits = standardLimits): OpenTransport =>
  async (local, receiver, signal) => {
    const server = createServer(socket => transport.accept(socket))
    await listening(server, local, signal)
    const transport = new StreamTransport(
      server,
      { protocol: 'tcp', limits, connect: (to, signal) => connectTcp(to, local, signal) },
      receiver,
    )
    return transport
  }

export async function listening(
  server: Server,
  local: TransportAddress,
  signal?: AbortSignal,
): Promise<void> {
  const bound = once(server, 'listening', signal ? { signal } : {})
  server.listen({ host: local.host, port: local.port })
  try {
    await bound
  } catch (error) {
    server.close()
    throw error
  }
}

/** Neighbours know us by the address that we are told to use, not by the one a route prefers. */
export const fromAddress = ({ host }: TransportAddress): { localAddress?: string } =>
  isWildcard(host) ? {} : { localAddress: host }

async function connectTcp(to: Hop, local: TransportAddress, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: to.host, port: to.port, ...fromAddress(local) })
  return await established(socket, 'connect', signal)
}

export async function established<S extends Socket>(
  socket: S,
  event: string,
  signal: AbortSignal,
): Promise<S> {
  try {
    await once(socket, event, { signal: AbortSignal.any([signal, AbortSignal.timeout(connectDeadlineMs)]) })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
