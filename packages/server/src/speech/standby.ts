import type { SynthesizerStream } from './cascade/port.ts'
import { voicesFor } from './fallback/choices.ts'
import type { VoiceChoice } from './fallback/second-voice.ts'
import type { Standby, StandbyClip, StandbyClips } from './port.ts'
import { standbyWords } from './standby-words.ts'
import type { VoiceParts } from './voices.ts'

/** No call waits for them; on a machine that is busy they are there a little later. */
const RENDER_PATIENCE_MS = 15_000
/** Languages and voices that are kept. */
const MOST_KEPT = 64

/** Makes what is played when nothing else can be, and keeps it. Local voices come first: they never fail. */
export function createStandby(parts: VoiceParts): Standby {
  const kept = new Map<string, Promise<StandbyClips | null>>()
  return {
    clipsFor(session) {
      const key = `${session.language} ${session.voice}`
      const known = kept.get(key)
      if (known) return known
      const making = makeClips(parts, session).catch(() => null)
      kept.set(key, making)
      forgetOldest(kept)
      // A provider that failed may be back for the next call.
      void making.then(clips => clips === null && kept.delete(key))
      return making
    },
  }
}

function forgetOldest(kept: Map<string, unknown>): void {
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
}

interface Wanted {
  readonly language: string
  readonly voice: string
}

/** Null where no voice could make all of them. */
async function makeClips(parts: VoiceParts, wanted: Wanted): Promise<StandbyClips | null> {
  const words = standbyWords(wanted.language)
  if (!words) return null
  const signal = AbortSignal.timeout(RENDER_PATIENCE_MS)
  for (const { adapter, voice } of speakers(parts, wanted)) {
    try {
      await using stream = await adapter.open({ voice, language: wanted.language }, signal)
      const apology = await speak(words.apology, stream, signal)
      const fillers: StandbyClip[] = []
      for (const filler of words.fillers) fillers.push(await speak(filler, stream, signal))
      return { apology, fillers }
    } catch (error) {
      if (signal.aborted) throw error
    }
  }
  return null
}

/** The local voice of this name or the usual one, whatever its list says of languages, then the configured ones. */
function speakers(parts: VoiceParts, { language, voice }: Wanted): Pick<VoiceChoice, 'adapter' | 'voice'>[] {
  const local = (parts.reserve?.synthesizers ?? []).flatMap(({ adapter, voices }) => {
    const named = voices.find(({ id }) => id === voice) ?? voices.find(one => one.default) ?? voices[0]
    return named ? [{ adapter, voice: named.id }] : []
  })
  return [...local, ...voicesFor(parts, { language, voice, mode: 'legacy' })]
}

async function speak(text: string, stream: SynthesizerStream, signal: AbortSignal): Promise<StandbyClip> {
  const audio: Uint8Array[] = []
  for await (const spoken of stream.speak(given(text), signal)) audio.push(spoken.audio)
  return { text, audio: new Uint8Array(Buffer.concat(audio)) }
}

async function* given(text: string): AsyncGenerator<string> {
  yield text
}
