import { EchoGuard } from '@parley/wire/audio/echo-guard'
import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import type { Voice } from '../speech/port.ts'
import type { Leg, Speaker } from '../telephony/port.ts'
import { type LineSound, openLineEars } from './line-ears.ts'
import { Loudness } from './loudness.ts'
import { PlayedAudio } from './played-audio.ts'

const frameBytes = 160

/**
 * What is heard on the line, on its way to the voice: where it is our own audio that comes back, the voice hears
 * silence, so that the agent never takes itself for the callee.
 */
export class Ears {
  /** The leg's, with what is written to it noted. */
  readonly speaker: Speaker
  readonly #leg: Leg
  readonly #voice: Voice
  readonly #loudness = new Loudness()
  readonly #played = new PlayedAudio()
  readonly #echo = new EchoGuard()
  readonly #sounding = new Uint8Array(frameBytes)
  readonly #silence = new Uint8Array(frameBytes)

  constructor(leg: Leg, voice: Voice) {
    this.#leg = leg
    this.#voice = voice
    this.speaker = this.#noted(leg.speaker)
  }

  /** Media-clock end of the last frame that was louder than the line's noise. */
  get loudUntilMs(): number {
    return this.#loudness.untilMs
  }

  /** `post` is told of tones and sounds. */
  open(post: (event: LineSound) => void): void {
    const hearLine = openLineEars(post)
    this.#leg.hear((frame, atMs) => {
      hearLine(frame, atMs)
      const heard = this.#isEcho(frame) ? this.#silence.fill(MULAW_SILENCE) : frame
      this.#loudness.hear(heard, atMs)
      this.#voice.hear(heard, atMs)
    })
  }

  #isEcho(frame: Uint8Array): boolean {
    if (frame.length !== frameBytes) return false
    this.#played.next(this.#sounding, this.#leg.speaker.queuedMs)
    return this.#echo.isEcho(this.#sounding, frame)
  }

  #noted(speaker: Speaker): Speaker {
    const played = this.#played
    return {
      write: audio => {
        played.write(audio)
        speaker.write(audio)
      },
      clear: () => {
        played.clear()
        speaker.clear()
      },
      mark: name => speaker.mark(name),
      gain: db => speaker.gain(db),
      background: bed => speaker.background(bed),
      get queuedMs() {
        return speaker.queuedMs
      },
    }
  }
}
