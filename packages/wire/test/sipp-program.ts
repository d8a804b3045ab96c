import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'

/** SIPp on loopback, started by the test that uses it and never outliving it. */
export class Sipp implements AsyncDisposable {
  readonly port: number
  /** Resolves with 0 when every call went as its scenario says. */
  readonly exit: Promise<number>
  readonly #child: ChildProcess
  #output = ''

  /** `args` are those of the scenario; SIPp listens by the time this resolves, unless its role is to connect. */
  static async start(
    path: string,
    args: readonly string[],
    listens: 'udp' | 'tcp' | 'never' = 'udp',
  ): Promise<Sipp> {
    const port = await freePort()
    const fixed = ['-i', '127.0.0.1', '-p', String(port), '-nostdin', '-timeout', '20s', '-timeout_error']
    const child = spawn(path, [...args.map(arg => arg.replaceAll('{port}', String(port))), ...fixed], {
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const sipp = new Sipp(child, port)
    if (listens !== 'never') await sipp.#listening(listens === 'tcp' ? canListen : canBind)
    return sipp
  }

  constructor(child: ChildProcess, port: number) {
    this.port = port
    this.#child = child
    this.exit = once(child, 'close').then(([code]) => Number(code ?? -1))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-20_000)
      })
    }
  }

  /** What it printed last: the counters of each message, and any fault. */
  get output(): string {
    return this.#output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exit
  }

  /** Its port can be bound no more once SIPp has it. */
  async #listening(isFree: (port: number) => Promise<boolean>): Promise<void> {
    const deadline = AbortSignal.timeout(5_000)
    while (await isFree(this.port)) {
      deadline.throwIfAborted()
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

async function canBind(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
