import { SpokenTones, type HeardWord } from './spoken-tones.ts'
import { VoiceActivity, type Activity } from './voice-activity.ts'

/** What a recognizer's stand-in makes of the speech that it is sent. */
export interface HearingOptions {
  /** What is understood of the n-th stretch of speech, from 1; empty for noise. */
  transcribe?(stretch: number): string
  /** Instead: the words it knows, which it then really hears in the tones of `toneSpeech`. */
  readonly vocabulary?: readonly string[]
  /** All audio, byte by byte as it arrived. */
  onAudio?(audio: Uint8Array): void
}

/** How often scripted words appear, in milliseconds of speech. */
const SCRIPTED_EVERY_MS = 200

/**
 * The ears of a recognizer's stand-in. A stretch begins with speech and lasts until its words are taken; times
 * are milliseconds of all audio written.
 */
export class Hearing {
  readonly #options: HearingOptions
  readonly #activity: VoiceActivity
  readonly #tones: SpokenTones | null
  readonly #tell: (activity: Activity) => void
  #waiting: HeardWord[] = []
  #script: { readonly words: readonly string[]; readonly startMs: number } | null = null
  #stretches = 0

  constructor(options: HearingOptions, silenceMs: number, tell: (activity: Activity) => void) {
    this.#options = options
    this.#tell = tell
    this.#activity = new VoiceActivity({ prefixPaddingMs: 0, silenceMs }, activity => this.#heard(activity))
    this.#tones = options.vocabulary
      ? new SpokenTones(options.vocabulary, word => void this.#waiting.push(word))
      : null
  }

  get positionMs(): number {
    return this.#activity.positionMs
  }

  /** Where the stretch that has not been taken yet began. */
  get startMs(): number | null {
    return this.#script?.startMs ?? this.#waiting[0]?.startMs ?? null
  }

  write(audio: Uint8Array): void {
    this.#options.onAudio?.(audio)
    this.#tones?.write(audio)
    this.#activity.write(audio)
  }

  /** The words of the running stretch that can be known by now. */
  guess(): readonly HeardWord[] {
    if (this.#tones) return [...this.#waiting]
    if (!this.#script) return []
    const known = Math.floor((this.positionMs - this.#script.startMs) / SCRIPTED_EVERY_MS)
    return spread(this.#script.words.slice(0, known), this.#script.startMs, this.positionMs)
  }

  /** All words of the stretch, which ends. Null where there is none. */
  take(): readonly HeardWord[] | null {
    const script = this.#script
    const words = this.#waiting
    this.#script = null
    this.#waiting = []
    if (this.#tones) return script || words.length > 0 ? words : null
    return script && spread(script.words, script.startMs, this.positionMs)
  }

  #heard(activity: Activity): void {
    if (activity.type === 'started') {
      const text = this.#options.transcribe?.(++this.#stretches) ?? `sentence ${this.#stretches}`
      this.#script = { words: text.split(/\s+/u).filter(Boolean), startMs: activity.atMs }
    }
    this.#tell(activity)
  }
}

function spread(words: readonly string[], startMs: number, endMs: number): HeardWord[] {
  const eachMs = (endMs - startMs) / Math.max(1, words.length)
  return words.map((text, index) => ({
    text,
    startMs: startMs + index * eachMs,
    endMs: startMs + (index + 1) * eachMs,
  }))
}
