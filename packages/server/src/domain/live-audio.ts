import type { CallId } from './ids.ts'
import { isValidLink, signLink } from './signed-link.ts'

/**
 * The live sound of a call on its way to whoever listens in: first `hello` as JSON text, then one binary frame for
 * every 20 ms of the media clock, both sides interleaved; text in between tells what was left out.
 */

/** PCM16 little-endian, the callee left and the agent right. */
export const liveAudioFormat = {
  encoding: 'pcm_s16le',
  sample_rate_hz: 8_000,
  channels: ['callee', 'agent'],
  frame_ms: 20,
} as const

/** What may wait for a slow listener; after that frames are left out. About half a minute. */
export const mostWaitingBytes = 1024 * 1024

export function hello(callId: CallId): string {
  return JSON.stringify({ type: 'hello', call_id: callId, ...liveAudioFormat })
}

/** A socket as far as it is written to. */
export interface FrameSink {
  readonly bufferedAmount: number
  send(data: Uint8Array | string): void
}

/** Passes frames on while the listener keeps up, and counts those that it gets no more. */
export class LiveAudioSender {
  readonly #sink: FrameSink
  #dropped = 0
  #untold = 0

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Frames that were left out so far. */
  get dropped(): number {
    return this.#dropped
  }

  frame(bytes: Uint8Array): void {
    if (this.#sink.bufferedAmount + bytes.length > mostWaitingBytes) {
      this.#dropped += 1
      this.#untold += 1
      return
    }
    if (this.#untold > 0) this.#sink.send(JSON.stringify({ type: 'dropped', frames: this.#untold }))
    this.#untold = 0
    this.#sink.send(bytes)
  }
}

/** How long a ticket for the worker is good; it is used at once. */
const ticketSeconds = 30

/** Lets an API process listen in at a worker. Times are seconds since 1970. */
export function signListening(callId: CallId, o: { secret: Buffer; now: number }): string {
  return signLink(listeningPath(callId), { secret: o.secret, expiresAt: o.now + ticketSeconds })
}

export function isListeningAllowed(
  callId: string,
  { searchParams }: URL,
  o: { secret: Buffer; now: number },
): boolean {
  const expires = searchParams.get('expires') ?? ''
  const signature = searchParams.get('signature') ?? ''
  return isValidLink({ path: listeningPath(callId), expires, signature }, o)
}

export function listeningPath(callId: string): string {
  return `/calls/${callId}/audio`
}
