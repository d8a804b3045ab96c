import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { DemoFailed } from './options.ts'

const host = '127.0.0.1'
const usualHttpPort = 3_000

/** A TCP port that nobody listens on: the one asked for, the usual one, or any. */
export async function chooseHttpPort(wanted: number | null): Promise<number> {
  const taken = wanted ?? usualHttpPort
  try {
    return await tryTcp(taken)
  } catch (error) {
    if (wanted === null) return await tryTcp(0)
    throw new DemoFailed(
      `Port ${taken} cannot be used (${reasonOf(error)}). Choose another with --port.`,
      error,
    )
  }
}

export async function chooseSipPort(wanted: number | null): Promise<number> {
  try {
    return await tryUdp(wanted ?? 0)
  } catch (error) {
    throw new DemoFailed(
      `SIP port ${wanted} cannot be used (${reasonOf(error)}). Choose another with --sip-port.`,
      error,
    )
  }
}

async function tryTcp(port: number): Promise<number> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  await new Promise<void>(resolve => server.close(() => resolve()))
  return typeof address === 'object' && address ? address.port : port
}

async function tryUdp(wanted: number): Promise<number> {
  const socket = createSocket('udp4').bind(wanted, host)
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>(resolve => socket.close(() => resolve()))
  return port
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) return String(error)
  if (error.code === 'EADDRINUSE') return 'it is in use'
  return error.code === 'EACCES' ? 'this user may not open it' : error.message
}
