import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg } from 'node:os'

/** Stands beside every number: what else the machine was doing. */
export interface MachineLoad {
  readonly cores: number
  readonly model: string
  readonly node: string
  /** One-minute load average before and after. */
  readonly load: readonly [before: number, after: number]
  /** Share of time (0–1) that each core was busy, whoever with. */
  readonly busy: readonly number[]
  /** Whether callers and subject had a core each. */
  readonly pinned: boolean
}

export const subjectCore = 0
const callerCore = 1

const times = () =>
  cpus().map(({ times: { idle, user, nice, sys, irq } }) => ({ idle, all: idle + user + nice + sys + irq }))

/** Begins to watch; call the result when the measuring is over. */
export function watchMachine(pinned: boolean): () => MachineLoad {
  const before = times()
  const loadBefore = loadavg()[0] ?? 0
  return () => ({
    cores: before.length,
    model: cpus()[0]?.model ?? 'unknown',
    node: process.versions.node,
    load: [hundredths(loadBefore), hundredths(loadavg()[0] ?? 0)],
    busy: times().map(({ idle, all }, core) => {
      const was = before[core] ?? { idle, all }
      return hundredths(1 - (idle - was.idle) / Math.max(1, all - was.all))
    }),
    pinned,
  })
}

/** Keeps the callers, which is this process, off the subject's core. False where that cannot be done. */
export function pinCallers(): boolean {
  return availableParallelism() > 1 && pin(process.pid, callerCore)
}

/** All threads of a process and whatever it starts from now on. */
export function pin(pid: number, core: number): boolean {
  try {
    execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const hundredths = (value: number): number => Math.round(value * 100) / 100
