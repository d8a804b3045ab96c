import type { Carrier } from '../../src/telephony/port.ts'

/** A carrier, and the network behind it in the hands of a test. */
export interface Exchange extends AsyncDisposable {
  readonly carrier: Carrier
  readonly to: string
  readonly from: string
  /** Whether the protocol has a word for a phone that rings. */
  readonly tellsRinging: boolean
  /** Not one byte is lost on the way; RTP skips what a busy machine was too late for. */
  readonly isLossless: boolean
  /** The next call that reaches the network. */
  nextCall(): Promise<RingingCall>
  /** The far end hears what we play so much later at most, in milliseconds. */
  readonly latencyMs: number
}

export interface RingingCall {
  ring(): Promise<void>
  answer(): Promise<Callee>
  refuse(how: 'busy' | 'rejected' | 'no-answer'): Promise<void>
  /** Resolves when our side has given up or hung up. */
  readonly ended: Promise<void>
}

export interface Callee {
  /** Everything heard since the call was answered, 8 bytes a millisecond, silence included. */
  heard(): Uint8Array
  /** Digits that reached the callee, in whatever way the carrier delivers them. */
  digits(): string
  say(audio: Uint8Array): void
  press(digits: string): void
  hangUp(): Promise<void>
}
