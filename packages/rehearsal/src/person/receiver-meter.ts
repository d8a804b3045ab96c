import { mulawLevelDbfs } from '@parley/wire/audio/level'

/**
 * When the agent's voice was heard first and last. Fed once per received frame; allocates nothing.
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
  /** From the answer to the first frame with voice in it. */
  readonly firstVoiceMs: number | null
  /** From the last frame with voice to the end of the call: a farewell cut short shows as less than a frame or two. */
  readonly lastVoiceToEndMs: number | null
}

/** A frame counts as voice above this level. */
const voiceDbfs = -45

export function createReceiverMeter(answeredMs: number): ReceiverMeter {
  let frames = 0
  let firstVoiceMs = -1
  let lastVoiceMs = -1
  return {
    received(frame, nowMs) {
      frames += 1
      if (!isVoiced(frame)) return
      if (firstVoiceMs < 0) firstVoiceMs = nowMs
      lastVoiceMs = nowMs
    },
    summary(endedMs) {
      return {
        frames,
        firstVoiceMs: firstVoiceMs < 0 ? null : rounded(firstVoiceMs - answeredMs),
        lastVoiceToEndMs: lastVoiceMs < 0 ? null : rounded(endedMs - lastVoiceMs),
      }
    },
  }
}

const rounded = (value: number): number => Math.round(value * 10) / 10

export const isVoiced = (frame: Uint8Array): boolean => mulawLevelDbfs(frame) >= voiceDbfs
