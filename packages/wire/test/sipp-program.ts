import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { canBind, canListen, freePort } from './free-port.ts'

export interface SippOrder {
  /** Path of the program. */
  readonly path: string
  /** The scenario, how many calls, and whom to call. */
  readonly args: readonly string[]
  /** UDP when absent. */
  readonly transport?: 'udp' | 'tcp'
  /** After so long it gives up, which is a failure. Default 25. */
  readonly longestSeconds?: number
}

const host = '127.0.0.1'
const usualLongestSeconds = 25
const listensWithinMs = 8_000
const keptOutput = 20_000

/** SIPp on a loopback port of its own. Disposing ends it, whatever it is at. */
export class Sipp implements AsyncDisposable {
  readonly port: number
  /** Resolves with 0 when every call went as its scenario says. */
  readonly exit: Promise<number>
  readonly #child: ChildProcess
  readonly #isFree: (port: number) => Promise<boolean>
  #output = ''

  static async start({ path, args, transport = 'udp', longestSeconds }: SippOrder): Promise<Sipp> {
    const [port, mediaPort] = [await freePort(), await freePort()]
    const ours = ['-i', host, '-mi', host, '-p', String(port), '-mp', String(mediaPort), '-nostdin']
    const limits = ['-timeout', `${longestSeconds ?? usualLongestSeconds}s`, '-timeout_error']
    const wire = transport === 'tcp' ? ['-t', 't1'] : []
    const child = spawn(path, [...ours, ...limits, ...wire, ...args], {
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new Sipp(child, port, transport === 'tcp' ? canListen : canBind)
  }

  constructor(child: ChildProcess, port: number, isFree: (port: number) => Promise<boolean>) {
    this.port = port
    this.#child = child
    this.#isFree = isFree
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
    while (await this.#isFree(this.port)) {
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
