import type { TalkMessage, TimedWord, ToolDefinition } from '../port.ts'

/** The three parts of a cascade and the detector beside them. Each vendor is one adapter of one of these. */

export interface Recognizer {
  readonly capabilities: RecognizerCapabilities
  /** Rejects with VoiceFault. */
  open(session: RecognizerSession, signal: AbortSignal): Promise<RecognizerStream>
}

export interface RecognizerCapabilities {
  /** Each word comes with its place in the audio. */
  readonly wordTimes: boolean
  /**
   * It finds the end of a turn by itself, by what was said, and may take longer for it than a pause lasts.
   * Undefined: it answers every pause that speech() tells it.
   */
  readonly endsTurns?: { readonly withinMs: number }
}

export interface RecognizerSession {
  readonly language: string
  onEvent(event: RecognizerEvent): void
}

export type RecognizerEvent =
  | ({ type: 'partial' } & Recognized)
  /**
   * Text that will not change, empty when nothing was understood. Several finals may make up one turn:
   * `more` says that this one does not yet answer the pause told by speech().
   */
  | ({ type: 'final'; more?: boolean } & Recognized)
  | { type: 'fault'; fault: Error; fatal: boolean }

/** Times are media-clock milliseconds. */
export interface Recognized {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  /** The words of the text in order, where the recognizer knows their times. */
  readonly words?: readonly TimedWord[]
  /**
   * The recognizer itself takes the callee's turn to end with these words: of a partial that is a guess, which
   * a later partial without it takes back; of a final it is a finding.
   */
  readonly turnOver?: boolean
}

/** Disposing closes the socket or frees the decoder. */
export interface RecognizerStream extends AsyncDisposable {
  hear(frame: Uint8Array, atMs: number): void
  /** The callee's speech began or paused, by the cascade's own detector: flush what is pending on a pause. */
  speech(event: { type: 'started' | 'stopped'; atMs: number }): void
  /** Phrases the brain expects next; a hint that recognizers may ignore. */
  expect(phrases: readonly string[]): void
}

/** Finds speech in audio: started is told with its onset, stopped after `stopAfterMs` of silence. */
export interface DetectorFactory {
  open(o: {
    stopAfterMs?: number
    /** Likelihood from which a sound is speech; 0.5 where not given. */
    threshold?: number
    onSpeech(event: { type: 'started' | 'stopped'; atMs: number }): void
  }): SpeechDetectorStream
}

export interface SpeechDetectorStream {
  write(frame: Uint8Array, atMs: number): void
  close(): void
}

export interface Brain {
  /** Ends after `done`. Throws VoiceFault. Aborting stops the model. */
  reply(request: BrainRequest, signal: AbortSignal): AsyncIterable<BrainEvent>
}

export interface BrainRequest {
  readonly model: string
  readonly prompt: string
  /** The customer's part of the prompt. */
  readonly purpose: string
  readonly language: string
  readonly temperature: number | null
  readonly tools: readonly ToolDefinition[]
  readonly facts: Readonly<Record<string, string>>
  readonly messages: readonly BrainMessage[]
  /** For this reply only. */
  readonly guidance: string | null
}

export type BrainMessage = TalkMessage

export type BrainEvent =
  | { type: 'text'; text: string }
  | { type: 'tool_call'; toolCallId: string; name: string; arguments: string }
  /** What the brain expects to hear next, for recognizers that can use it. */
  | { type: 'expect'; phrases: readonly string[] }
  /** Somebody else thinks for whoever was asked. */
  | { type: 'trouble'; fault: Error }
  | { type: 'done' }

export interface Synthesizer {
  /** Rejects with VoiceFault. */
  open(session: { voice: string; language: string }, signal: AbortSignal): Promise<SynthesizerStream>
}

/** Speaks one utterance at a time. Disposing closes its socket. */
export interface SynthesizerStream extends AsyncDisposable {
  /**
   * Speaks text that may still be arriving. Yields µ-law 8 kHz audio with the words it says (empty when
   * the words were told with an earlier piece). Throws VoiceFault; aborting stops it.
   */
  speak(text: AsyncIterable<string>, signal: AbortSignal): AsyncIterable<Spoken>
}

export interface Spoken {
  readonly audio: Uint8Array
  readonly text: string
  /** Where in the utterance the words begin, where the vendor tells it; else they begin with this audio. */
  readonly atMs?: number
  /** Why somebody else speaks from here on. */
  readonly trouble?: Error
}
