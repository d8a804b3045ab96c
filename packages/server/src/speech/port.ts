import type { CallAnalysis } from '@parley/contract/analysis'
import type { CallMode } from '@parley/contract/status'
import type { TranscriptEntry } from '@parley/contract/events'
import type { AnalysisTerms } from '../domain/call-plan.ts'

/**
 * What hears and speaks during a call. A voice is one speech-to-speech model, or a cascade of
 * recognizer, brain and synthesizer; the conversation cannot tell which, except by what the
 * capabilities say. Audio is G.711 µ-law at 8 kHz both ways. Positions are media-clock milliseconds.
 */
export interface Voices {
  /** Opens a session, ready to speak: may be called while the phone still rings. Rejects with VoiceFault. */
  open(session: VoiceSession, signal: AbortSignal): Promise<Voice>
}

export interface VoiceSession {
  readonly mode: CallMode
  readonly model: string
  readonly voice: string
  /** Whose voice it is, where it was registered rather than listed in the catalogue. */
  readonly voiceProvider?: string
  /** The composed system prompt. */
  readonly prompt: string
  /** The customer's part of it: what the call is for. A local brain reads its goal from this alone. */
  readonly purpose: string
  /** BCP 47. */
  readonly language: string
  readonly temperature: number | null
  readonly tools: readonly ToolDefinition[]
  /** How sure the detector must be that a sound is speech, 0 to 1; absent: 0.5. */
  readonly speechThreshold?: number
  /** Facts of this call that a local brain may state and ask about, by name. */
  readonly facts: Readonly<Record<string, string>>
  /** What was said before, where the session is opened in the middle of a call: the model goes on from there. */
  readonly past?: readonly TalkMessage[]
}

/** One thing that was said or done in a call; the agent's words as far as they were heard. */
export type TalkMessage =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string }
  | { role: 'system'; text: string }
  | { role: 'tool_call'; toolCallId: string; name: string; arguments: string }
  | { role: 'tool_result'; toolCallId: string; name: string; result: string }

/** A function the model may call. `parameters` is a JSON Schema object. */
export interface ToolDefinition {
  readonly name: string
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface VoiceCapabilities {
  /** The voice finds the end of the callee's turn and answers by itself; otherwise it waits for respond(). */
  readonly takesTurns: boolean
  /** It answers what was said only once the words are known; otherwise it has heard them itself. */
  readonly needsWords: boolean
}

/** Disposing closes every socket behind it. Nothing is emitted after that. */
export interface Voice extends AsyncDisposable {
  readonly capabilities: VoiceCapabilities
  /** One listener, attached once; events that came before it are delivered first, in order. */
  listen(listener: (event: VoiceEvent) => void): void
  /** Callee's audio, 160 bytes (20 ms). Synchronous, never blocks; the frame is valid only during the call. */
  hear(frame: Uint8Array, atMs: number): void
  /** Speaks exactly these words as reply `replyId`. At most one reply is under way: wait for its end or interrupt it. */
  say(replyId: string, text: string): void
  /** Asks for the model's next words as reply `replyId`, optionally guided for this reply only. */
  respond(replyId: string, guidance?: string): void
  /** Stops the reply, of which the callee heard `playedMs`; the model's history is cut there. Unknown ids are ignored. */
  interrupt(replyId: string, playedMs: number): void
  /** Adds guidance for all that follows, without asking for a reply. */
  instruct(text: string): void
  /** Tells the model about pressed keys or other text from the callee's side, without asking for a reply. */
  tell(text: string): void
  /** The result of a tool call. A reply is asked for with respond(). */
  answerTool(toolCallId: string, result: unknown): void
  /**
   * Hears and speaks another language (BCP 47) from the next reply on. Rejects with VoiceFault, and then nothing
   * has changed. Absent where the voice takes whatever language it hears.
   */
  switchLanguage?(language: string, signal: AbortSignal): Promise<void>
}

export type VoiceEvent =
  /** The callee began to speak (onset on the media clock). */
  | { type: 'speech_started'; atMs: number }
  | { type: 'speech_stopped'; atMs: number }
  /** What the callee said. Partials share the turn's id; exactly one final per turn, its text empty when nothing was understood. */
  | ({ type: 'heard' } & Heard)
  /** A reply begins. For say() and respond() the id is the caller's; a voice that takes turns makes its own. */
  | { type: 'reply_started'; replyId: string }
  /** The reply's words from `offsetMs` of its audio on. Pieces come in order. */
  | { type: 'reply_text'; replyId: string; text: string; offsetMs: number }
  | { type: 'reply_audio'; replyId: string; audio: Uint8Array }
  /** No more audio or text of this reply. `cancelled` answers interrupt(). */
  | { type: 'reply_done'; replyId: string; result: 'complete' | 'cancelled' | 'failed' }
  /** The model wants a function called; arguments are its raw JSON text. Comes before the reply_done of its reply. */
  | { type: 'tool_call'; replyId: string; toolCallId: string; name: string; arguments: string }
  /** First token of a reply, for the latency record. */
  | { type: 'first_token'; replyId: string }
  /** Another model or provider goes on with the same call from here on, told all that was said. */
  | { type: 'replaced'; provider: string; capabilities: VoiceCapabilities }
  /** The callee's words can not be understood any more; the voice can still speak. */
  | { type: 'deaf' }
  /** The session cannot go on (`fatal`) or stumbled. */
  | { type: 'fault'; fault: VoiceFault; fatal: boolean }

/** Times are media-clock milliseconds. */
export interface Heard {
  readonly turnId: string
  readonly text: string
  readonly final: boolean
  readonly startMs: number
  readonly endMs: number
  /** The words so far in order, each with its time, where the provider tells any. */
  readonly words?: readonly TimedWord[]
  /** By what was said the provider takes the turn to be over: on a partial a guess, on a final a finding. */
  readonly turnOver?: boolean
}

export interface TimedWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** A provider's failure, classified where it happened. Never carries keys. */
export class VoiceFault extends Error {
  readonly provider: string
  readonly kind:
    | 'unauthorized'
    | 'quota'
    | 'rate_limited'
    | 'unreachable'
    | 'timeout'
    | 'protocol'
    | 'refused'

  constructor(provider: string, kind: VoiceFault['kind'], detail: { message: string; cause?: unknown }) {
    super(detail.message, { cause: detail.cause })
    this.name = 'VoiceFault'
    this.provider = provider
    this.kind = kind
  }
}

/** What can be played without any provider, since it was made before it is needed. */
export interface Standby {
  /** In the call's language; null where no voice could be had for it in a short time. Never rejects. */
  clipsFor(session: { language: string; voice: string }): Promise<StandbyClips | null>
}

export interface StandbyClips {
  /** Says that the answer takes a moment, in several ways. */
  readonly fillers: readonly StandbyClip[]
  /** Says that the talk can not go on, and goodbye. */
  readonly apology: StandbyClip
}

/** µ-law at 8 kHz. */
export interface StandbyClip {
  readonly text: string
  readonly audio: Uint8Array
}

/** Hears words before there is a conversation: what a network says while the phone should ring. */
export interface NetworkEars {
  /** Null where no recognizer understands the language. Rejects with VoiceFault. */
  open(session: NetworkEarSession, signal: AbortSignal): Promise<NetworkEar | null>
}

export interface NetworkEarSession {
  /** BCP 47. */
  readonly language: string
  /** Final text of one piece of speech, never empty. */
  onWords(text: string, durationMs: number): void
}

export interface NetworkEar extends AsyncDisposable {
  /** As `Voice.hear`. */
  hear(frame: Uint8Array, atMs: number): void
}

/** Speaks outside of a call, so that a voice can be heard before it is chosen. */
export interface Sampler {
  /** µ-law at 8 kHz, at most 15 s. Rejects with VoiceFault: `refused` where the provider can not speak as this voice. */
  sample(wanted: WantedSample, signal: AbortSignal): Promise<Uint8Array>
}

export interface WantedSample {
  readonly mode: CallMode
  readonly voice: string
  readonly provider: string
  /** BCP 47. */
  readonly language: string
  readonly text: string
}

/** Makes a voice of a recording, at a provider. */
export interface Cloner {
  readonly provider: string
  /** Answers the provider's id of the new voice. Rejects with VoiceFault. */
  clone(sample: VoiceSample, signal: AbortSignal): Promise<string>
  /** One that is gone already is no fault. Rejects with VoiceFault. */
  remove(voice: string, signal: AbortSignal): Promise<void>
}

export interface VoiceSample {
  readonly name: string
  /** BCP 47, as spoken in it. */
  readonly language: string
  readonly removeBackgroundNoise: boolean
  readonly audio: { readonly bytes: Uint8Array; readonly mediaType: string; readonly fileName: string }
}

/** Reads a finished transcript. */
export interface Analyst {
  /** Tells what it was asked for and can tell. Rejects with VoiceFault. */
  analyse(request: AnalysisRequest, signal: AbortSignal): Promise<CallAnalysis>
}

export interface AnalysisRequest {
  readonly terms: AnalysisTerms
  readonly prompt: string
  readonly facts: Readonly<Record<string, string>>
  readonly transcript: readonly TranscriptEntry[]
  readonly language: string
}

/** Turns texts into vectors whose closeness is that of their meanings. */
export interface Embedder {
  /** Vectors of different models can not be compared. */
  readonly model: string
  /** One vector of length 1 per text, in order. Rejects with VoiceFault. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>
}

/** One entry of the model list: what a configured provider can serve now. */
export interface ModelInfo {
  readonly id: string
  readonly mode: CallMode
  readonly provider: string
  readonly languages: readonly string[]
  readonly supportsTemperature: boolean
  /** Typical time to first audio (realtime) or first token (legacy), in ms. */
  readonly typicalLatencyMs: number
  readonly default: boolean
}

/** One entry of the voice list. A voice id appears once in legacy mode, and once per provider in realtime mode. */
export interface VoiceInfo {
  readonly id: string
  readonly mode: CallMode
  readonly provider: string
  readonly languages: readonly string[]
  readonly description: string
  readonly default: boolean
}

/** What the configured providers can serve now. */
export interface Catalogue {
  readonly models: readonly ModelInfo[]
  readonly voices: readonly VoiceInfo[]
  /** Languages that some configured recognizer understands in legacy mode, BCP 47. */
  readonly recognizedLanguages: readonly string[]
}
