import { setTimeout as sleep } from 'node:timers/promises'
import { broken, type Outcome } from '../domain/outcome.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { Lifelines } from '../files/lifelines.ts'
import type { OrphanedCall } from '../store/attempts.ts'

const reapEveryMs = 5_000

export interface ReapDeps {
  findOrphans(): Promise<OrphanedCall[]>
  /** Those of these calls that are over, a bounded number at once. */
  findOver(callIds: readonly string[]): Promise<{ id: CallId; accountId: AccountId }[]>
  /** What processes of this machine have kept. */
  readonly lifelines: Lifelines
  /** Hangs up what another process was talking on; bounded, and never rejects for a deaf far end. */
  hangUpLifeline(lifeline: string, account: AccountId): Promise<void>
  /** What rings and cannot be hung up takes its place on the trunk for as long as it may ring. */
  keepPlaces(callId: CallId): Promise<void>
  endOrphan(orphan: OrphanedCall, outcome: Outcome): Promise<void>
  readonly onTrouble: (error: unknown) => void
}

/**
 * Ends the calls of workers that are gone, and hangs up what they left of calls that others have ended. The far end
 * gets its BYE before the row says ended, so that a reaper which dies in between leaves the call to the next one; a
 * second BYE is harmless. Nothing is ever dialled again from here: once an INVITE may have left, the attempt is final.
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
  const leftovers = await deps.findOver(await deps.lifelines.calls())
  await Promise.all(leftovers.map(({ id, accountId }) => hangUp({ id, accountId, lifelines: [] }, deps)))
}

async function reap(orphan: OrphanedCall, deps: ReapDeps): Promise<void> {
  await hangUp(orphan, deps)
  await deps.keepPlaces(orphan.id)
  await deps.endOrphan(orphan, broken('node_lost', 'ours', 'The server that ran this call was lost'))
}

/** By what the database knows, and what a process kept that died before it could tell. */
async function hangUp(call: Omit<OrphanedCall, 'nodeId'>, deps: ReapDeps): Promise<void> {
  const lifelines = new Set([...call.lifelines, ...(await deps.lifelines.of(call.id))])
  // A file that was cut short by a crash says nothing, and the call has to end all the same.
  const hungUp = [...lifelines].map(lifeline =>
    deps.hangUpLifeline(lifeline, call.accountId).catch(deps.onTrouble),
  )
  await Promise.all(hungUp)
  await deps.lifelines.forget(call.id)
}
