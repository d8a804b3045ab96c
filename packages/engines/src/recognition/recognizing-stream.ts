import { fromMulaw } from '../audio/line-samples.ts'
import type { SpeechEvent } from '../detection/speech-gate.ts'
import { FRAME_BYTES } from '../workers/frame-ring.ts'
import type { ServedStream } from '../workers/serve-streams.ts'
import type { Ear } from './ear.ts'
import { RecentAudio } from './recent-audio.ts'

export type RecognizerCommand =
  | { readonly type: 'speech'; readonly event: SpeechEvent }
  | { readonly type: 'expect'; readonly phrases: readonly string[] }

export interface RecognizedText {
  /** Empty in a final where speech could not be understood. */
  readonly text: string
  readonly final: boolean
  /** Where the speech lies on the clock of `write`. */
  readonly startMs: number
  readonly endMs: number
  /** 0 to 1; on finals only. */
  readonly confidence?: number
}

/** Kept before the onset: first consonants are quieter than the detector's threshold. */
const PRE_ROLL_MS = 300
/** A person who speaks on and on is understood in pieces. */
const MAX_UTTERANCE_MS = 20_000
const PARTIAL_EVERY_MS = 100
/** An utterance is told of when its first word has been the same for so long. */
const FIRST_WORD_STANDS_MS = 300

/** One stream: waits for speech, feeds it to the decoder as it comes, and tells what was said at its end. */
export class RecognizingStream implements ServedStream<RecognizerCommand> {
  private readonly ear: Ear
  private readonly emit: (text: RecognizedText) => void
  private readonly audio = new RecentAudio()
  private readonly frame = new Float32Array(FRAME_BYTES)
  private startMs: number | null = null
  private saidPartial = ''
  private guessed: readonly string[] = []
  private firstWordFromMs = 0
  private nextPartialMs = 0
  private expected: readonly string[] | null = null

  constructor(ear: Ear, emit: (text: RecognizedText) => void) {
    this.ear = ear
    this.emit = emit
  }

  hear(codes: Uint8Array, atMs: number): void {
    fromMulaw(codes, this.frame, 0)
    this.audio.add(this.frame, atMs)
    if (this.startMs === null) return
    this.ear.hear(this.frame)
    if (atMs >= this.nextPartialMs) this.tellPartial(this.startMs, atMs)
    if (atMs - this.startMs < MAX_UTTERANCE_MS) return
    this.end(atMs)
    this.begin(atMs)
  }

  command(command: RecognizerCommand): void {
    if (command.type === 'expect') {
      this.expected = command.phrases
      this.applyExpected()
    } else if (command.event.type === 'stopped') this.end(command.event.atMs)
    else if (this.startMs === null) this.begin(command.event.atMs)
  }

  /** Leaves the ear ready for another stream. */
  close(): void {
    if (this.startMs !== null) this.ear.end()
    this.startMs = null
    this.ear.expect([])
  }

  private begin(atMs: number): void {
    this.startMs = atMs
    this.saidPartial = ''
    this.guessed = []
    this.nextPartialMs = atMs + PARTIAL_EVERY_MS
    this.ear.begin()
    for (const samples of this.audio.since(atMs - PRE_ROLL_MS)) this.ear.hear(samples)
  }

  private end(endMs: number): void {
    if (this.startMs === null) return
    const startMs = this.startMs
    this.startMs = null
    this.audio.clear()
    this.emit({ ...this.ear.end(), final: true, startMs, endMs: Math.max(startMs, endMs) })
    this.applyExpected()
  }

  /** Another network can only be set between utterances. */
  private applyExpected(): void {
    if (this.expected === null || this.startMs !== null) return
    this.ear.expect(this.expected)
    this.expected = null
  }

  /** Of two guesses one after the other, what both begin with: the newest words are often others a moment later. */
  private tellPartial(startMs: number, atMs: number): void {
    this.nextPartialMs = atMs + PARTIAL_EVERY_MS
    const before = this.guessed
    this.guessed = this.ear.partial().split(' ')
    if (this.guessed[0] !== before[0]) this.firstWordFromMs = atMs
    if (atMs - this.firstWordFromMs < FIRST_WORD_STANDS_MS) return
    const differsAt = this.guessed.findIndex((word, index) => word !== before[index])
    const text = (differsAt < 0 ? this.guessed : this.guessed.slice(0, differsAt)).join(' ')
    if (text === '' || text === this.saidPartial) return
    this.saidPartial = text
    this.emit({ text, final: false, startMs, endMs: atMs })
  }
}
