import type { Bed } from '@parley/wire/audio/mixer'
import type { OneWayCause } from '@parley/contract/line-quality'
import type { NetworkStatus } from '@parley/contract/status'

/**
 * The phone line as the platform sees it: a carrier dials and yields a leg. SIP, Twilio, Telnyx, Plivo
 * and the browser are adapters of these two shapes and of nothing else.
 *
 * Audio crosses this border as G.711 µ-law, 8 kHz, in frames of 160 bytes (20 ms). Positions are
 * milliseconds of the leg's media clock, which starts at 0 when the call is answered.
 */
export interface Carrier {
  /** Resolves when the callee answers; rejects with DialFailed. Aborting the signal cancels the attempt. */
  dial(request: DialRequest, signal: AbortSignal): Promise<Leg>
}

export interface DialRequest {
  /** E.164 number, or a `sip:` URI. */
  readonly to: string
  readonly from: string | null
  readonly ringTimeoutMs: number
  /** The platform's call id, passed to the far end where the protocol has a place for it. */
  readonly correlationId: string
  /** How long a carrier may say nothing at all, where another could be tried. Absent: the protocol's own patience. */
  readonly firstAnswerTimeoutMs?: number
  onProgress(progress: DialProgress): void
  /**
   * What the network plays before the call is answered, where it does: frames as `Leg.hear` gives them, `atMs` since
   * the first of them. Carriers that are not told of it never call this.
   */
  hearEarly?(frame: Uint8Array, atMs: number): void
  /** Called right before the request leaves the machine; what it throws calls the request off. */
  leaving?(): void
}

/**
 * `placed` carries the carrier's id of the call. It comes before anything leaves the machine where the id is
 * ours to choose, and where the carrier chooses it, as soon as it is told. It comes again where the carrier gives
 * the call another id: the newest one holds.
 */
export type DialProgress =
  | { type: 'placed'; providerCallId: string }
  | { type: 'ringing'; earlyMedia: boolean }

/** An attempt that reached nobody: what the network said, mapped and verbatim. */
export class DialFailed extends Error {
  readonly callStatus: NetworkStatus
  /** The network's own code, e.g. a SIP status; null when it said nothing. */
  readonly code: number | null
  /** Set where the carrier did not take the call on: another one may. */
  readonly unavailable: Unavailable | null

  constructor(callStatus: NetworkStatus, detail: DialFailure) {
    super(detail.message, { cause: detail.cause })
    this.name = 'DialFailed'
    this.callStatus = callStatus
    this.code = detail.code
    this.unavailable = detail.unavailable ?? null
  }
}

export interface DialFailure {
  readonly message: string
  readonly code: number | null
  readonly cause?: unknown
  readonly unavailable?: Unavailable
}

/** A carrier out of service, and for how long it asks to be left alone; null: it did not say. */
export interface Unavailable {
  readonly retryAfterMs: number | null
}

/** A live line. Disposing hangs up; disposing twice is harmless. */
export interface Leg extends AsyncDisposable {
  /** The carrier's id of this call, e.g. a SIP Call-ID. */
  readonly providerCallId: string
  /**
   * What another process needs to hang this leg up should ours die: opaque, serialisable, null where
   * the carrier notices by itself.
   */
  readonly lifeline: string | null
  /** Media clock now, in milliseconds since answer. */
  readonly positionMs: number
  readonly speaker: Speaker
  /** One listener, attached once; what happened before is delivered at once. */
  listen(listener: (event: LegEvent) => void): void
  /** Callee to us: one 20 ms frame per write, synchronous, valid only during the call. */
  hear(sink: (frame: Uint8Array, atMs: number) => void): void
  /** Both directions aligned on the media clock, gapless, for the recording: what was heard and what was played. */
  tap(sink: (heard: Uint8Array, played: Uint8Array, atMs: number) => void): void
  /** RFC 4733 or the carrier's way. `w` pauses 500 ms. Resolves when the last digit has left. */
  sendDigits(digits: string, signal: AbortSignal): Promise<void>
  /**
   * Asks the network to connect the callee to a number or `sip:` URI without us. Once accepted, the leg is
   * over for us. Else the callee stays on it: absent or refused, the network does no such thing; failed, it
   * tried in vain. Rejects when the network says nothing.
   */
  transfer?(target: string, signal: AbortSignal): Promise<'accepted' | 'refused' | 'failed'>
  /** Ends the call towards the network; resolves when it is confirmed or given up (bounded). */
  hangUp(): Promise<void>
  stats(): LegStats
}

export type LegEvent =
  | { type: 'digit'; digit: string; atMs: number }
  /** Everything written before the mark has been played to its last sample, or was dropped by clear(). */
  | { type: 'mark'; name: string; atMs: number; cleared: boolean }
  /** Nothing has arrived from the callee for so long. Repeated while it lasts. */
  | { type: 'stalled'; sinceMs: number }
  | { type: 'hung_up'; by: 'callee' | 'line'; detail: string; atMs: number }

/** Us to callee. Writing queues; the media clock plays. */
export interface Speaker {
  write(audio: Uint8Array): void
  mark(name: string): void
  /** Drops what has not left: silence on the wire within one frame. */
  clear(): void
  readonly queuedMs: number
  /**
   * Of all that leaves from now on, keys apart; glides over 20 ms. 0: as it was written. A carrier that holds
   * audio for us has up to 200 ms of it that stays as it is.
   */
  gain(db: number): void
  /** Lies under all that leaves, and under its silence, until it is taken away by null. It is no queued audio. */
  background(bed: Bed | null): void
}

/** Counters of the whole leg. Times in milliseconds; null where the line never told. */
export interface LegStats {
  readonly packetsSent: number
  readonly packetsReceived: number
  readonly packetsLost: number
  readonly packetsLate: number
  readonly jitterMs: number
  readonly roundTripMs: number | null
  readonly maxGapMs: number
  /** What the far end reported of our packets; null where it reports nothing. */
  readonly far: { readonly packetsLost: number; readonly jitterMs: number } | null
  /** Why one direction is dead now, told within 5 s; null while both flow. */
  readonly oneWay: OneWayCause | null
}

/** A call from outside that rings. One of `answer` and `refuse` ends the ringing; what comes after does nothing. */
export interface Arrival {
  readonly providerCallId: string
  /** E.164 where the network gave a number, otherwise what it gave. */
  readonly to: string
  /** As `to`; null: the caller withheld it. */
  readonly from: string | null
  /** IP address of the neighbour that brought it. */
  readonly source: string
  ring(): void
  /** Resolves when the audio stands; rejects with DialFailed when the caller has gone. */
  answer(signal: AbortSignal): Promise<Leg>
  refuse(why: Refusal): void
}

/**
 * `forbidden`: the neighbour is none of ours. `unprotected`: audio that must be encrypted is not. `unavailable`: we
 * cannot take it now, somebody else may.
 */
export type Refusal = 'forbidden' | 'unknown' | 'unprotected' | 'busy' | 'unavailable'
