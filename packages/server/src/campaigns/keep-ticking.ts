import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '../domain/new-id.ts'
import { isCampaignUnderWay } from '../store/campaign-calls.ts'
import { holdCampaignLease, leaveCampaignLease } from '../store/campaign-lease.ts'
import { TakenUp } from './taken-up.ts'
import { tick, type TickDeps } from './tick.ts'

/** Between two looks, in milliseconds. */
const everyMs = 1_000

/**
 * Moves the campaigns on until it is disposed, in whichever process holds the lease. Two that hold it for a moment do
 * no harm: a lead is given away once, by its row.
 */
export function keepTicking(deps: Omit<TickDeps, 'takenUp'>, intervalMs = everyMs): AsyncDisposable {
  const ending = new AbortController()
  const over = tickOn({ ...deps, takenUp: new TakenUp() }, intervalMs, ending.signal)
  return {
    async [Symbol.asyncDispose]() {
      ending.abort()
      await over
    },
  }
}

async function tickOn(deps: TickDeps, intervalMs: number, signal: AbortSignal): Promise<void> {
  const holder = newId()
  for (let turn = 0; !signal.aborted; turn += 1) {
    const beganMs = performance.now()
    try {
      // Most of the time nothing is to be done, and a lease is a write.
      const isNeeded = await isCampaignUnderWay(deps.database)
      if (isNeeded && (await holdCampaignLease(deps.database, holder))) await tick(deps, turn)
    } catch (error) {
      deps.log.warn({ err: error }, 'campaigns can not be moved on now')
    }
    const restMs = Math.max(0, intervalMs - (performance.now() - beganMs))
    await sleep(restMs, undefined, { signal }).catch(() => undefined)
  }
  await leaveCampaignLease(deps.database, holder).catch(() => undefined) // It runs out by itself.
}
