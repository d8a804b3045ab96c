import { setTimeout as wait } from 'node:timers/promises'
import { usageOf } from '../measure/processes.ts'

const lookEveryMs = 1_000
const mostLooks = 60
const calmShare = 0.1

/**
 * Waits until a process and its children use less than a tenth of a core for a second: what a fresh server still
 * prepares behind its back (voices, grammars) would otherwise be measured with the calls. Goes on after a minute.
 */
export async function untilCalm(pid: number, signal: AbortSignal): Promise<void> {
  let before = usageOf(pid).cpuMs
  for (let look = 0; look < mostLooks; look += 1) {
    await wait(lookEveryMs, undefined, { signal })
    const now = usageOf(pid).cpuMs
    if (now - before < calmShare * lookEveryMs) return
    before = now
  }
}
