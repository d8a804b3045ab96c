import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const host = '127.0.0.1'

/** A loopback port that is free now, for a program that cannot be told to take any. */
export async function freePort(transport: 'udp' | 'tcp' = 'udp'): Promise<number> {
  for (let tries = 0; tries < 20; tries++) {
    const socket = createSocket('udp4').bind(0, host)
    await once(socket, 'listening')
    const { port } = socket.address()
    await new Promise<void>(resolve => void socket.close(() => resolve()))
    if (transport === 'udp' || (await canListen(port))) return port
  }
  throw new Error('no port is free over both UDP and TCP')
}

export async function canBind(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}

export async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
