import { VoiceFault } from '../port.ts'
import { raced } from '../patience.ts'
import { isSounding } from '../sounding.ts'
import type { Spoken, Synthesizer, SynthesizerStream } from './port.ts'
import { impossiblePace } from './speech-pace.ts'

/** From the first words to the first audio. A callee who waits longer thinks that nobody is there. */
const FIRST_AUDIO_MS = 1_500
/** From audio to audio, while the brain may be thinking of what comes next. */
const NEXT_AUDIO_MS = 7_000
/** A pause before the first word is no fault; so much nothing is. */
const LONGEST_PAUSE_MS = 2_000
const BYTES_PER_MS = 8

/**
 * Holds a vendor's speech to what a call needs: it begins in time, something is to be heard, it goes on, and it is as
 * fast as people speak.
 */
export function guarded(provider: string, synthesizer: Synthesizer): Synthesizer {
  return {
    open: async (session, signal) => {
      const stream = await synthesizer.open(session, signal)
      return {
        speak: (text, stop) => speak({ provider, stream, text }, stop),
        [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
      }
    },
  }
}

interface Speech {
  readonly provider: string
  readonly stream: SynthesizerStream
  readonly text: AsyncIterable<string>
}

async function* speak({ provider, stream, text }: Speech, signal: AbortSignal): AsyncGenerator<Spoken> {
  const late = new AbortController()
  const both = AbortSignal.any([signal, late.signal])
  const fault = (kind: VoiceFault['kind'], message: string) => new VoiceFault(provider, kind, { message })
  let sent = ''
  let spokenMs = 0
  let timer: NodeJS.Timeout | undefined
  async function* watched(): AsyncGenerator<string> {
    for await (const piece of text) {
      if (piece.trim() !== '' && sent === '') {
        timer = setTimeout(
          () => late.abort(fault('timeout', `no audio in ${FIRST_AUDIO_MS} ms`)),
          FIRST_AUDIO_MS,
        )
      }
      sent += piece
      yield piece
    }
  }
  const silence = new Silence()
  const reading = stream.speak(watched(), both)[Symbol.asyncIterator]()
  const wait = { waitMs: NEXT_AUDIO_MS, late: (ms: number) => fault('timeout', `no audio in ${ms} ms`) }
  try {
    for (;;) {
      const next = await raced(reading.next(), wait, both)
      const pace = impossiblePace({ text: sent, spokenMs, complete: next.done === true })
      if (pace !== null) throw fault('protocol', pace)
      if (silence.isTooLong(next.done === true))
        throw fault('protocol', 'nothing is to be heard in what was spoken')
      if (next.done) return
      if (next.value.audio.length > 0) clearTimeout(timer)
      spokenMs += next.value.audio.length / BYTES_PER_MS
      yield* silence.passed(next.value)
    }
  } finally {
    clearTimeout(timer)
    reading.return?.(undefined)?.catch(() => undefined)
  }
}

/** Keeps speech back as long as nothing is to be heard in it: another voice can then speak all of it. */
class Silence {
  #waiting: Spoken[] = []
  #waitingMs = 0
  #broken = false

  passed(piece: Spoken): readonly Spoken[] {
    if (this.#broken) return [piece]
    this.#waiting.push(piece)
    this.#waitingMs += piece.audio.length / BYTES_PER_MS
    this.#broken = isSounding(piece.audio)
    return this.#broken ? this.#waiting.splice(0) : []
  }

  isTooLong(over: boolean): boolean {
    return !this.#broken && (over ? this.#waitingMs > 0 : this.#waitingMs > LONGEST_PAUSE_MS)
  }
}
