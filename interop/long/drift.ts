import { clicksOf } from './click.ts'

const samplesPerMs = 8
/** A reply comes within this time or was lost. */
const longestReplyMs = 500
/** The line's own hurry and delay, which a median over a window takes away, are no drift. */
const windows = 30
const fewestInWindow = 5

export interface Drift {
  /** Clicks that were said, and those of them whose reply stands in the recording. */
  readonly clicks: number
  readonly replies: number
  /** How far the distance of click and reply has moved from where it was in the first window, at most. */
  readonly driftMs: number
}

/** How the two channels of a recording have moved against each other. */
export function driftOf({ heard, played }: { heard: Int16Array; played: Int16Array }): Drift {
  const replies = clicksOf(heard)
  const clicks = clicksOf(played)
  const distances = clicks.flatMap(at => {
    const reply = replies.find(one => one > at)
    return reply !== undefined && reply - at < longestReplyMs * samplesPerMs
      ? [(reply - at) / samplesPerMs]
      : []
  })
  const size = Math.max(fewestInWindow, Math.floor(distances.length / windows))
  const medians = Array.from({ length: Math.floor(distances.length / size) }, (_, i) =>
    median(distances.slice(i * size, (i + 1) * size)),
  )
  const [first = Number.POSITIVE_INFINITY] = medians
  const driftMs = Math.max(...medians.map(one => Math.abs(one - first)))
  return { clicks: clicks.length, replies: distances.length, driftMs: Math.round(driftMs * 10) / 10 }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
