import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { createInterface } from 'node:readline'
import { repositoryRoot } from './options.ts'

export interface ChildOptions {
  /** Path from the root of the repository. */
  readonly program: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Every line the child writes, to either stream. */
  readonly onLine: (line: string) => void
}

/** A program of this repository in a process of its own. Disposing stops it: asked first, then made to. */
export interface Child extends AsyncDisposable {
  readonly pid: number | undefined
  /** Resolves when the process is gone, in words for a person. */
  readonly ended: Promise<string>
  /** The last lines it wrote. */
  readonly lastLines: readonly string[]
}

/** SIGTERM, again, SIGKILL: with time to finish in between. */
const patienceMs = [10_000, 5_000] as const
const keptLines = 15

export function startChild({ program, args = [], env = {}, onLine }: ChildOptions): Child {
  const leash = fileURLToPath(new URL('./leash.ts', import.meta.url))
  const flags = ['--disable-warning=ExperimentalWarning', '--import', leash]
  // Its own process group: Ctrl-C in a terminal reaches the demo alone, which then stops all in order.
  const child = spawn(process.execPath, [...flags, program, ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const lastLines: string[] = []
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', line => {
      lastLines.push(line)
      if (lastLines.length > keptLines) lastLines.shift()
      onLine(line)
    })
  }
  return { pid: child.pid, ended: untilEnded(child), lastLines, [Symbol.asyncDispose]: () => stop(child) }
}

async function untilEnded(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  child.once('error', error => resolve(error.message))
  child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with code ${code}`))
  return await promise
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  for (const waitMs of patienceMs) {
    if (gone()) return
    child.kill('SIGTERM')
    const waiting = new AbortController()
    const exit = once(child, 'exit', { signal: waiting.signal }).catch(() => undefined)
    const time = delay(waitMs, undefined, { signal: waiting.signal }).catch(() => undefined)
    if (gone()) waiting.abort()
    await Promise.race([exit, time])
    waiting.abort()
  }
  if (!gone()) child.kill('SIGKILL')
}
