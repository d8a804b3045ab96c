import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort, host } from './free-port.ts'

/** A NATS server of this run alone. */
export interface ChaosNats extends AsyncDisposable {
  readonly url: string
}

const readyWithinMs = 10_000

/** Null where `nats-server` is not installed: the platform then tells its processes by PostgreSQL. */
export async function openNats(): Promise<ChaosNats | null> {
  const isInstalled = await promisify(execFile)('nats-server', ['--version']).then(
    () => true,
    () => false,
  )
  if (!isInstalled) return null
  const port = await freePort()
  const server = spawn('nats-server', ['-a', host, '-p', String(port)], { stdio: 'ignore' })
  await untilOpen(port)
  return {
    url: `nats://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGTERM')
      await once(server, 'exit')
    },
  }
}

async function untilOpen(port: number): Promise<void> {
  for (const deadline = Date.now() + readyWithinMs; ; await sleep(50)) {
    const socket = connect(port, host)
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    if (Date.now() > deadline) throw new Error('nats-server does not answer')
  }
}
