import type { CallEventBody } from '@parley/contract/events'

/** How the callee's and the agent's speech met in a call. */
export interface OverlapCounts {
  /** Sounds of the callee over the agent's speech. */
  readonly overlaps: number
  /** Of these, those that stopped the agent and were meant to. */
  readonly interruptions: number
  /** Those that did not stop it. */
  readonly backchannels: number
  /** Those that stopped it and were nothing. */
  readonly falseStops: number
  /** Times that the agent began to answer while the callee had more to say. */
  readonly cutOffs: number
}

export const noOverlaps: OverlapCounts = {
  overlaps: 0,
  interruptions: 0,
  backchannels: 0,
  falseStops: 0,
  cutOffs: 0,
}

export function turnTaking(counts: OverlapCounts, atMs: number): CallEventBody {
  const { overlaps, interruptions, backchannels, falseStops: false_stops, cutOffs: cut_offs } = counts
  return { type: 'turn_taking', overlaps, interruptions, backchannels, false_stops, cut_offs, at_ms: atMs }
}

export function counted<State extends { readonly overlaps: OverlapCounts }>(
  state: State,
  what: keyof OverlapCounts,
): State {
  return { ...state, overlaps: { ...state.overlaps, [what]: state.overlaps[what] + 1 } }
}
