import { setTimeout as wait } from 'node:timers/promises'

const lookEveryMs = 5

export async function untilTrue(condition: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('what was waited for did not happen')
    await wait(lookEveryMs)
  }
}
