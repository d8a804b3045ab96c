import type { TranscriptEntry } from '@parley/contract/events'
import type { Wav } from '@parley/wire/audio/wav-reader'
import { voicesIn } from './recording.ts'

const frameMs = 5
/** Voices are looked for so far around the place that the transcript names; one that is not there is so far off. */
const aroundMs = 300
/** Between two lines of one person; with less of a pause it is not known which of them a sound belongs to. */
const apartMs = 2 * aroundMs

/**
 * By how many milliseconds the transcript places the edges of the spoken lines otherwise than the recording does: the
 * beginning of every line, and the end of the callee's. The agent's lines end with the pause that their voice makes.
 */
export function offsetsOf(wav: Wav, transcript: readonly TranscriptEntry[]): number[] {
  const { callee, agent } = voicesIn(wav, frameMs)
  return (['user', 'assistant'] as const).flatMap(user => {
    const voiced = user === 'user' ? callee : agent
    const lines = transcript.filter(entry => entry.user === user)
    return lines.flatMap((line, index) => [
      ...(isApart(lines[index - 1], line) ? [offset(voiced, line.start_ms, 'begin')] : []),
      ...(user === 'user' && isApart(line, lines[index + 1]) ? [offset(voiced, line.end_ms, 'end')] : []),
    ])
  })
}

function offset(voiced: readonly boolean[], ms: number, edge: 'begin' | 'end'): number {
  const isNear = (isVoiced: boolean, at: number) => isVoiced && Math.abs(at * frameMs - ms) < aroundMs
  const at = edge === 'begin' ? voiced.findIndex(isNear) : voiced.findLastIndex(isNear) + 1
  return at < 1 && !voiced.some(isNear) ? aroundMs : at * frameMs - ms
}

function isApart(before: TranscriptEntry | undefined, after: TranscriptEntry | undefined): boolean {
  return before === undefined || after === undefined || after.start_ms - before.end_ms >= apartMs
}
