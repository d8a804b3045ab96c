import { levelDbfs } from '@parley/wire/audio/level'
import type { Wav } from '@parley/wire/audio/wav-reader'

const frameMs = 20
const voiceDbfs = -45
/** A silence of the agent that is no pause between its words. */
const stoppedMs = 500
/** Words have short gaps: sounding is who was heard in half of the frames around. */
const around = 5

/** Which frames, of 20 ms where nothing else is asked for, have voice in them. The left channel is the callee, the right one the agent. */
export interface Voices {
  readonly callee: readonly boolean[]
  readonly agent: readonly boolean[]
}

export function voicesIn(wav: Wav, lengthMs = frameMs): Voices {
  const { sampleRateHz, channels } = wav
  const length = (sampleRateHz * lengthMs) / 1_000
  const voiced = (samples: Int16Array): boolean[] =>
    Array.from(
      { length: Math.floor(samples.length / length) },
      (_, at) => levelDbfs(samples.subarray(at * length, (at + 1) * length)) > voiceDbfs,
    )
  const [callee = new Int16Array(), agent = new Int16Array()] = channels
  return { callee: voiced(callee), agent: voiced(agent) }
}

/** The share of a stretch in which the agent is heard; speech has pauses, so whole sentences have about 0.7. */
export function voicedShare(
  { agent }: Voices,
  { startMs, endMs }: { startMs: number; endMs: number },
): number {
  const frames = agent.slice(Math.floor(startMs / frameMs), Math.ceil(endMs / frameMs))
  return frames.length === 0 ? 0 : frames.filter(Boolean).length / frames.length
}

/** From the callee's first sound over the agent to the agent's last one before it falls silent; null: no such. */
export function stopTimeMs({ callee, agent }: Voices): number | null {
  const onset = callee.findIndex((voiced, at) => voiced && isSounding(agent, at))
  if (onset === -1) return null
  for (let at = onset, quiet = 0; at < agent.length; at += 1) {
    quiet = agent[at] === true ? 0 : quiet + 1
    if (quiet * frameMs >= stoppedMs) return (at - quiet + 1 - onset) * frameMs
  }
  return null
}

function isSounding(agent: readonly boolean[], at: number): boolean {
  return agent.slice(Math.max(0, at - around), at + around).filter(Boolean).length >= around
}
