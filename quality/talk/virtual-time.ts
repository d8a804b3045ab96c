import { setImmediate as breath } from 'node:timers/promises'
import { mock } from 'node:test'

/** As fine as a line's packets. */
const stepMs = 20

export interface VirtualTime {
  /** Lets time pass, packet by packet, until something holds or it has been long enough. */
  until(holds: () => boolean, atMostMs: number): Promise<void>
}

/** Runs a talk with timers and dates that stand still unless they are moved: seconds of talk in milliseconds. */
export async function inVirtualTime<T>(run: (time: VirtualTime) => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
  try {
    return await run({
      async until(holds, atMostMs) {
        for (let passedMs = 0; passedMs < atMostMs && !holds(); passedMs += stepMs) {
          mock.timers.tick(stepMs)
          await breath()
        }
      },
    })
  } finally {
    mock.timers.reset()
  }
}
