import { levelDb, NOTHING_DB } from '../audio/level-db.ts'

/**
 * Where a sound begins and ends to 10 ms, by its level: the model's windows are 32 ms long, and it is sure of a
 * voice later than the first quiet consonant and for a while after the last one.
 */
export interface SoundEdges {
  /** 20 ms in −1…1 at 8 kHz, which stand at `from` and begin at `atMs` of the media clock. */
  hear(samples: Float32Array, from: number, atMs: number): void
  /** The onset of what the model heard begin at `atMs`; not before the end of the sound before it. */
  onset(atMs: number): number
  /** The end of what the model heard until `atMs`. */
  end(atMs: number): number
}

const SAMPLES_PER_MS = 8
const FRAME_MS = 20
const SLOT_MS = 10
/** The longest silence that ends speech, and what is looked at before it. */
const SLOTS = 200
const MAX_LEAD_MS = 150
const MAX_TAIL_MS = 150
/** So far over the quietest moment around. */
const OVER_FLOOR_DB = 12
/** Under this a telephone's noise is not told from a voice. */
const QUIETEST_DB = -52

export function soundEdges(): SoundEdges {
  const levels = new Float32Array(SLOTS).fill(NOTHING_DB)
  const times = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY)
  let endedMs = Number.NEGATIVE_INFINITY

  const isLoud = (atMs: number, thresholdDb: number) => {
    const slot = slotOf(atMs)
    return times[slot] === Math.floor(atMs / SLOT_MS) && (levels[slot] ?? NOTHING_DB) > thresholdDb
  }
  /** Over the quietest 10 ms that is remembered. */
  const threshold = (latestMs: number) => {
    const oldest = Math.floor(latestMs / SLOT_MS) - SLOTS
    let floorDb = 0
    for (let slot = 0; slot < SLOTS; slot++) {
      if ((times[slot] ?? 0) > oldest) floorDb = Math.min(floorDb, levels[slot] ?? 0)
    }
    return Math.max(QUIETEST_DB, floorDb + OVER_FLOOR_DB)
  }
  return {
    hear(samples, from, atMs) {
      for (let slotMs = 0; slotMs < FRAME_MS; slotMs += SLOT_MS) {
        const place = Math.floor((atMs + slotMs) / SLOT_MS)
        const slot = place % SLOTS
        levels[slot] = levelDb(samples, from + slotMs * SAMPLES_PER_MS, SLOT_MS * SAMPLES_PER_MS)
        times[slot] = place
      }
    },
    onset(atMs) {
      const loudDb = threshold(atMs)
      const earliestMs = Math.max(atMs - MAX_LEAD_MS, endedMs)
      let onsetMs = atMs
      while (slotBefore(onsetMs) >= earliestMs && isLoud(slotBefore(onsetMs), loudDb))
        onsetMs = slotBefore(onsetMs)
      return onsetMs
    },
    end(atMs) {
      const loudDb = threshold(atMs)
      let endMs = atMs
      while (endMs > atMs - MAX_TAIL_MS && !isLoud(slotBefore(endMs), loudDb)) endMs = slotBefore(endMs)
      // Quiet all along: the level tells nothing that the model did not know.
      endedMs = endMs > atMs - MAX_TAIL_MS ? endMs : atMs
      return endedMs
    },
  }
}

/** Where the 10 ms begin that hold the moment before. */
function slotBefore(atMs: number): number {
  return Math.floor((atMs - 1) / SLOT_MS) * SLOT_MS
}

function slotOf(atMs: number): number {
  return Math.floor(atMs / SLOT_MS) % SLOTS
}
