import type { LocalSynthesizer } from '@parley/engines/synthesizer'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { makeTone } from '@parley/wire/audio/tone'
import type { MediaStream } from '@parley/wire/rtp/media-engine'
import type { Line } from './mind.ts'
import type { Beep, Persona } from './persona.ts'
import type { Note } from './person-event.ts'

export type Mouth = Pick<LocalSynthesizer, 'speak'>

/** Speaks one line after the other on one call. */
export interface Speaker {
  /** Says, beeps and presses what the line asks for; resolves when the last of it has been played. */
  perform(line: Line, signal: AbortSignal): Promise<void>
}

interface Speaking {
  readonly persona: Persona
  readonly stream: MediaStream
  readonly mouth: Mouth
  readonly log: Note
}

export function createSpeaker(speaking: Speaking): Speaker {
  const { stream, log } = speaking
  const waiting = new Map<string, () => void>()
  let marks = 0
  stream.onMark(name => waiting.get(name)?.())

  /** Resolves at the end of all that is queued, or with the call. */
  async function played(signal: AbortSignal): Promise<void> {
    const name = `line-${marks++}`
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.set(name, resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
    else stream.mark(name)
    await promise
    waiting.delete(name)
  }

  return {
    async perform(line, signal) {
      if (line.say !== undefined) await say(line.say, line.interrupting, { ...speaking, signal })
      if (signal.aborted) return
      if (line.beep) {
        stream.write(sounding(line.beep))
        log({ event: 'beeped' }, stream.positionMs)
      }
      await played(signal)
      if (line.digits === undefined || signal.aborted) return
      await stream.sendDigits(line.digits, signal)
      log({ event: 'pressed', digits: line.digits }, stream.positionMs)
    },
  }
}

async function say(
  text: string,
  interrupting: boolean,
  { persona, stream, mouth, log, signal }: Speaking & { signal: AbortSignal },
): Promise<void> {
  const { voice, language } = persona
  let begun = false
  for await (const { audio } of mouth.speak(text, { voice, language }, signal)) {
    const atMs = stream.positionMs
    if (!begun) log({ event: 'said', text, interrupting, start_ms: Math.round(atMs) }, atMs)
    begun = true
    stream.write(audio)
  }
}

function sounding({ hz, ms }: Beep): Uint8Array {
  const samples = makeTone({ frequenciesHz: [hz], durationMs: ms, sampleRateHz: 8_000, amplitude: 0.35 })
  return encodeMulaw(samples)
}
