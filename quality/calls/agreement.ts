import type { TranscriptEntry } from '@parley/contract/events'
import { levelDbfs } from '@parley/wire/audio/level'
import type { Wav } from '@parley/wire/audio/wav-reader'

const frameMs = 5
const voiceDbfs = -45
/** Voices are looked for so far around the place that the transcript names. */
const aroundMs = 300
/** Between two lines of one person; with less of a pause it is not known which of them a sound belongs to. */
const apartMs = 2 * aroundMs

/**
 * By how many milliseconds the transcript places the edges of the spoken lines otherwise than the recording does: the
 * beginning of every line, and the end of the callee's. The agent's lines end with the pause that their voice makes.
 */
export function offsetsOf({ sampleRateHz, channels }: Wav, transcript: readonly TranscriptEntry[]): number[] {
  const [callee = new Int16Array(), agent = new Int16Array()] = channels
  return (['user', 'assistant'] as const).flatMap(user => {
    const isVoiced = voicedFrames(user === 'user' ? callee : agent, sampleRateHz)
    const lines = transcript.filter(entry => entry.user === user)
    return lines.flatMap((line, index) => {
      const alone = isApart(lines[index - 1], line)
      const begin = alone ? isVoiced.findIndex(near(line.start_ms)) : -1
      const end =
        user === 'user' && isApart(line, lines[index + 1]) ? isVoiced.findLastIndex(near(line.end_ms)) : -1
      return [
        ...(begin < 0 ? [] : [begin * frameMs - line.start_ms]),
        ...(end < 0 ? [] : [(end + 1) * frameMs - line.end_ms]),
      ]
    })
  })
}

function near(ms: number): (voiced: boolean, at: number) => boolean {
  return (voiced, at) => voiced && Math.abs(at * frameMs - ms) < aroundMs
}

function isApart(before: TranscriptEntry | undefined, after: TranscriptEntry | undefined): boolean {
  return before === undefined || after === undefined || after.start_ms - before.end_ms >= apartMs
}

function voicedFrames(samples: Int16Array, sampleRateHz: number): boolean[] {
  const length = (sampleRateHz * frameMs) / 1_000
  return Array.from(
    { length: Math.floor(samples.length / length) },
    (_, at) => levelDbfs(samples.subarray(at * length, (at + 1) * length)) > voiceDbfs,
  )
}
