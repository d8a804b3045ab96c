import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pin, subjectCore } from './machine.ts'

export interface SubjectOptions {
  /** Relative to `bench/`. */
  readonly program: string
  readonly pinned: boolean
  /** Folder for CPU profiles; null: none are taken. */
  readonly profiles: string | null
}

const exitWithinMs = 10_000

/** What is measured, in a process and on a core of its own. It answers each message with one message. */
export class Subject implements AsyncDisposable {
  readonly #child: ChildProcess

  constructor({ program, pinned, profiles }: SubjectOptions) {
    const file = fileURLToPath(new URL(`../${program}`, import.meta.url))
    const profiling = profiles === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles]
    const flags = ['--disable-warning=ExperimentalWarning', ...profiling]
    this.#child = spawn(process.execPath, [...flags, file], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    if (pinned) pin(this.pid, subjectCore)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async ask(message: object, signal: AbortSignal): Promise<unknown> {
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const gone = once(this.#child, 'exit', { signal: either }).then(([code]) => {
      throw new Error(`the measured process ended with ${String(code)}`)
    })
    gone.catch(() => undefined)
    try {
      const answer = once(this.#child, 'message', { signal: either })
      this.#child.send(message)
      const [value] = await Promise.race([answer, gone])
      return value
    } finally {
      stop.abort()
    }
  }

  /** A profile is written at an orderly exit only. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    if (this.#child.connected) this.#child.disconnect()
    const left = new AbortController()
    const exit = once(this.#child, 'exit', { signal: left.signal }).catch(() => undefined)
    await Promise.race([exit, wait(exitWithinMs, undefined, { signal: left.signal }).catch(() => undefined)])
    left.abort()
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
  }
}
