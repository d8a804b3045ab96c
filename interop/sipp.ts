import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setTimeout as wait } from 'node:timers/promises'

export interface SippOrder {
  readonly program: string
  /** Name of a file of `flows/`, without its ending. */
  readonly scenario: string
  readonly arguments: readonly string[]
  readonly transport: 'udp' | 'tcp'
}

export const host = '127.0.0.1'
/** No flow takes so long but one that hangs. */
const longestRunSeconds = 25
const listensWithinMs = 8_000
const keptOutput = 20_000

/** SIPp playing one scenario once, on a loopback port of its own. Disposing ends it, whatever it is at. */
export class Sipp implements AsyncDisposable {
  readonly port: number
  /** Resolves with 0 when the call went as the scenario says. */
  readonly exit: Promise<number>
  readonly #child: ChildProcess
  readonly #transport: 'udp' | 'tcp'
  #output = ''

  static async start(order: SippOrder): Promise<Sipp> {
    const [port, mediaPort] = [await freePort(), await freePort()]
    const file = fileURLToPath(new URL(`./flows/${order.scenario}.xml`, import.meta.url))
    const fixed = [
      '-i',
      host,
      '-mi',
      host,
      '-p',
      String(port),
      '-mp',
      String(mediaPort),
      '-m',
      '1',
      '-nostdin',
    ]
    const limits = ['-timeout', `${longestRunSeconds}s`, '-timeout_error', '-deadcall_wait', '0']
    const wire = order.transport === 'tcp' ? ['-t', 't1'] : []
    const child = spawn(order.program, ['-sf', file, ...fixed, ...wire, ...limits, ...order.arguments], {
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new Sipp(child, port, order.transport)
  }

  constructor(child: ChildProcess, port: number, transport: 'udp' | 'tcp') {
    this.#transport = transport
    this.port = port
    this.#child = child
    this.exit = once(child, 'close').then(
      ([code]) => Number(code ?? -1),
      () => -1,
    )
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-keptOutput)
      })
    }
  }

  /** What it printed last: the counters of each message, and any fault. */
  get output(): string {
    return this.#output
  }

  /** Its port can be bound no more once SIPp has it. False: it ended before. */
  async listening(): Promise<boolean> {
    const deadline = AbortSignal.timeout(listensWithinMs)
    while (await (this.#transport === 'tcp' ? canListen : canBind)(this.port)) {
      deadline.throwIfAborted()
      if (this.#child.exitCode !== null) return false
      await wait(10)
    }
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
    await this.exit
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

async function canBind(port: number): Promise<boolean> {
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

async function canListen(port: number): Promise<boolean> {
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
