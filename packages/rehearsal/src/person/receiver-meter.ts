import { mulawLevelDbfs } from '@parley/wire/audio/level'

/**
 * What the line sounded like at the person's end: gaps between packets, and when the agent's voice was
 * heard first and last. Fed once per received frame; allocates nothing after it is made.
 */
export interface ReceiverMeter {
  /** One frame of µ-law, at the receiver's monotonic time in milliseconds. */
  received(frame: Uint8Array, nowMs: number): void
  /** The measurements when the call ended at `endedMs` (same clock). */
  summary(endedMs: number): Reception
}

/** Times in milliseconds. `null`: never happened. */
export interface Reception {
  readonly frames: number
  readonly gapP50Ms: number | null
  readonly gapP99Ms: number | null
  readonly gapMaxMs: number | null
  /** From the answer to the first frame with voice in it. */
  readonly firstVoiceMs: number | null
  /** From the last frame with voice to the end of the call: a farewell cut short shows as less than a frame or two. */
  readonly lastVoiceToEndMs: number | null
}

const binMs = 0.25
const binCount = 2_000
/** A frame counts as voice above this level. */
const voiceDbfs = -45

export function createReceiverMeter(answeredMs: number): ReceiverMeter {
  const gaps = new Uint32Array(binCount)
  let frames = 0
  let lastMs = 0
  let maxGapMs = 0
  let firstVoiceMs = -1
  let lastVoiceMs = -1
  return {
    received(frame, nowMs) {
      if (frames > 0) {
        const gapMs = nowMs - lastMs
        const bin = Math.min(binCount - 1, Math.floor(gapMs / binMs))
        gaps[bin] = (gaps[bin] ?? 0) + 1
        if (gapMs > maxGapMs) maxGapMs = gapMs
      }
      frames += 1
      lastMs = nowMs
      if (!isVoiced(frame)) return
      if (firstVoiceMs < 0) firstVoiceMs = nowMs
      lastVoiceMs = nowMs
    },
    summary(endedMs) {
      return {
        frames,
        gapP50Ms: percentile(gaps, frames - 1, 0.5),
        gapP99Ms: percentile(gaps, frames - 1, 0.99),
        gapMaxMs: frames > 1 ? rounded(maxGapMs) : null,
        firstVoiceMs: firstVoiceMs < 0 ? null : rounded(firstVoiceMs - answeredMs),
        lastVoiceToEndMs: lastVoiceMs < 0 ? null : rounded(endedMs - lastVoiceMs),
      }
    },
  }
}

function percentile(gaps: Uint32Array, count: number, share: number): number | null {
  if (count <= 0) return null
  let seen = 0
  for (let bin = 0; bin < binCount; bin += 1) {
    seen += gaps[bin] ?? 0
    if (seen >= count * share) return rounded((bin + 0.5) * binMs)
  }
  return null
}

const rounded = (value: number): number => Math.round(value * 10) / 10

export const isVoiced = (frame: Uint8Array): boolean => mulawLevelDbfs(frame) >= voiceDbfs
