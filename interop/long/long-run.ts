import type { LongCallOrder, LongCallResult } from './long-call.ts'

/** The call that `--long` makes: changed every minute, refreshed in between, with a cheap crystal at the far end. */
export const usualLongCall: Omit<LongCallOrder, 'sippPath' | 'seconds'> = {
  reinviteSeconds: 60,
  sessionSeconds: 90,
  ppm: 100,
}

/** What `--json` writes for `--long`. */
export interface LongFigures {
  readonly seconds: number
  readonly reinvites: number
  readonly refreshes: number
  readonly crystal_ppm: number
  readonly drift_ms: number
  readonly clicks: number
  readonly replies: number
  readonly recorded_seconds: number
  readonly packets_lost: number
  readonly heap_growth_mb: number
  readonly resident_growth_mb: number
}

const mostDriftMs = 20
const mostHeapGrowthMb = 2
const mostResidentGrowthMb = 16
/** A recording ends with the pair that was due when the stream closed. */
const recordingSlackMs = 250
/** Of clicks that a stall of the machine swallowed. */
const fewestReplies = 0.98

export const longFigures = (order: Pick<LongCallOrder, 'ppm'>, result: LongCallResult): LongFigures => ({
  seconds: Math.round(result.callMs / 1_000),
  reinvites: result.reinvites,
  refreshes: result.refreshes,
  crystal_ppm: order.ppm,
  drift_ms: result.drift.driftMs,
  clicks: result.drift.clicks,
  replies: result.drift.replies,
  recorded_seconds: Math.round(result.recordedMs / 1_000),
  packets_lost: result.stats.lost,
  heap_growth_mb: result.memory.heapMb,
  resident_growth_mb: result.memory.residentMb,
})

/** Why the call did not go as it must; empty when it did. */
export function longCallFaults(
  { seconds, reinviteSeconds, ppm }: Omit<LongCallOrder, 'sippPath'>,
  result: LongCallResult,
): string[] {
  const { drift, memory, callMs, recordedMs, reinvites, refreshes } = result
  const due = Math.floor(seconds / reinviteSeconds)
  const rules: readonly (readonly [holds: boolean, fault: string])[] = [
    [reinvites >= due - 1, `${reinvites} re-INVITEs came instead of ${due}`],
    [refreshes >= reinvites, `${refreshes} refreshes beside ${reinvites} re-INVITEs`],
    [drift.driftMs <= mostDriftMs, `channels drifted ${drift.driftMs} ms at ${ppm} ppm`],
    [drift.replies >= drift.clicks * fewestReplies, `${drift.replies} of ${drift.clicks} clicks were heard`],
    [Math.abs(recordedMs - callMs) <= recordingSlackMs, `recorded ${recordedMs} ms of ${callMs} ms`],
    [memory.heapMb <= mostHeapGrowthMb, `the heap grew ${memory.heapMb} MB`],
    [memory.residentMb <= mostResidentGrowthMb, `the process grew ${memory.residentMb} MB`],
  ]
  return [...result.faults, ...rules.flatMap(([holds, fault]) => (holds ? [] : [fault]))]
}
