import { setTimeout as sleep } from 'node:timers/promises'
import { broken, type Outcome } from '../domain/outcome.ts'
import type { AccountId } from '../domain/ids.ts'
import type { OrphanedCall } from '../store/attempts.ts'

const reapEveryMs = 5_000

export interface ReapDeps {
  findOrphans(): Promise<OrphanedCall[]>
  /** Hangs up what another process was talking on; bounded, and never rejects for a deaf far end. */
  hangUpLifeline(lifeline: string, account: AccountId): Promise<void>
  endOrphan(orphan: OrphanedCall, outcome: Outcome): Promise<void>
  readonly onTrouble: (error: unknown) => void
}

/**
 * Ends the calls of workers that are gone. The far end gets its BYE before the row says ended, so that
 * a reaper which dies in between leaves the call to the next one; a second BYE is harmless. Nothing is
 * ever dialled again from here: once an INVITE may have left, the attempt is final.
 */
export async function reapForever(deps: ReapDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await reapOnce(deps).catch(deps.onTrouble)
    await sleep(reapEveryMs, undefined, { signal }).catch(() => undefined)
  }
}

export async function reapOnce(deps: ReapDeps): Promise<void> {
  const orphans = await deps.findOrphans()
  await Promise.all(orphans.map(orphan => reap(orphan, deps).catch(deps.onTrouble)))
}

async function reap(orphan: OrphanedCall, deps: ReapDeps): Promise<void> {
  await Promise.all(orphan.lifelines.map(lifeline => deps.hangUpLifeline(lifeline, orphan.accountId)))
  await deps.endOrphan(orphan, broken('node_lost', 'ours', 'The server that ran this call was lost'))
}
