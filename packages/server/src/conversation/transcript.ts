import type { TranscriptEntry } from '@parley/contract/events'
import type { TranscriptLine } from './happening.ts'

export interface Transcript {
  enter(line: TranscriptLine): TranscriptEntry
  /** In the order in which things were heard on the line. */
  entries(): readonly TranscriptEntry[]
}

/** `answeredAt`: epoch milliseconds of position 0 of the media clock. */
export function openTranscript({
  answeredAt,
  newId,
}: {
  answeredAt: number
  newId: () => string
}): Transcript {
  const entries: TranscriptEntry[] = []
  return {
    enter({ user, text, startMs, endMs, interrupted }) {
      const entry = {
        id: newId(),
        user,
        text,
        created_at: new Date(answeredAt + startMs).toISOString(),
        start_ms: Math.round(startMs),
        end_ms: Math.round(endMs),
        interrupted,
      }
      entries.push(entry)
      return entry
    },
    entries: () => entries.toSorted((a, b) => a.start_ms - b.start_ms),
  }
}
