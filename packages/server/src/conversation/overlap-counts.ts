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

export function counted<State extends { readonly overlaps: OverlapCounts }>(
  state: State,
  what: keyof OverlapCounts,
): State {
  return { ...state, overlaps: { ...state.overlaps, [what]: state.overlaps[what] + 1 } }
}
