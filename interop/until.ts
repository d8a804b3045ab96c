import { setTimeout as wait } from 'node:timers/promises'

const lookEveryMs = 10
const longestMs = 10_000

/** Waits until a condition holds, and throws when it never comes to hold. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += lookEveryMs) {
    if (waitedMs >= longestMs) throw new Error('the awaited state never came')
    await wait(lookEveryMs)
  }
}
