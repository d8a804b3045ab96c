import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { LogEntry } from './stand-in.ts'

/** Stands before a server whose connections cannot be seen, and tells, cuts or stalls them. */
export interface TcpGate extends AsyncDisposable {
  readonly port: number
  drop(): void
  stall(): void
}

export async function openTcpGate(
  targetPort: number,
  log: (connection: number, type: LogEntry['type']) => void,
): Promise<TcpGate> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let count = 0
  const server = createServer(client => {
    const connection = ++count
    const target = connect(targetPort, '127.0.0.1')
    const pair = [client, target] as const
    pairs.add(pair)
    log(connection, 'connect')
    client.pipe(target).pipe(client)
    client.once('close', () => {
      pairs.delete(pair)
      log(connection, 'close')
    })
    for (const socket of pair) {
      socket.on('error', () => socket.destroy())
      socket.once('close', () => pair.forEach(each => each.destroy()))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    drop: () => {
      for (const [client] of pairs) client.resetAndDestroy()
    },
    stall: () => {
      for (const pair of pairs) {
        for (const socket of pair) {
          socket.unpipe()
          socket.pause()
        }
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const pair of pairs) pair.forEach(socket => socket.destroy())
      await new Promise(resolve => server.close(resolve))
    },
  }
}
