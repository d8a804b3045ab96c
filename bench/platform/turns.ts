import { setTimeout as wait } from 'node:timers/promises'
import { untilTrue } from '../measure/until-true.ts'
import type { Line } from './line.ts'

export const toneMs = 600
/** The platform has the model end a turn after this much silence. */
export const silenceMs = 500
/** Nothing voiced for so long: the reply is over. */
const quietMs = 400
const answersWithinMs = 10_000
/** Callers think before they speak, each as long as they like: turns that end all at once are not what calls do. */
const shortestPauseMs = 200
const longestPauseMs = 1_200

/** One turn as the caller's sockets saw it. */
export interface Turn {
  /** The packet that completed the silence, and the first voiced packet after it. */
  readonly saidAt: number
  readonly heardAt: number
}

/** Speaks whenever the other side is silent, until the time is over. A turn without answer is lost. */
export async function talk(
  line: Line,
  untilMs: number,
  signal: AbortSignal,
): Promise<{ turns: Turn[]; lost: number }> {
  const turns: Turn[] = []
  let lost = 0
  while (performance.now() < untilMs) {
    await untilQuiet(line)
    await wait(shortestPauseMs + Math.random() * (longestPauseMs - shortestPauseMs), undefined, { signal })
    const saidAt = await line.speak(toneMs, silenceMs)
    const answered = await untilTrue(() => line.firstVoiceAt !== undefined, answersWithinMs).then(
      () => true,
      () => false,
    )
    if (answered && line.firstVoiceAt !== undefined) turns.push({ saidAt, heardAt: line.firstVoiceAt })
    else lost += 1
  }
  return { turns, lost }
}

async function untilQuiet(line: Line): Promise<void> {
  const isQuiet = (): boolean => performance.now() - (line.lastVoiceAt ?? 0) > quietMs
  await untilTrue(isQuiet, answersWithinMs).catch(() => undefined)
}
