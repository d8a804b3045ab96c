import { setPriority } from 'node:os'
import { platform } from 'node:process'

/** Between −20, which is the kernel's, and 0, which is everybody's. */
const URGENT = -10

/**
 * Lets the calling thread go before the rest of the machine. Linux gives each thread its own priority, so
 * the application stays where it is; elsewhere the whole process would rise, so nothing is done there.
 * Answers whether it was allowed: without the right to (CAP_SYS_NICE) pacing is as good as the machine is idle.
 */
export function raiseThreadPriority(): boolean {
  if (platform !== 'linux') return false
  try {
    setPriority(0, URGENT)
    return true
  } catch {
    return false
  }
}
