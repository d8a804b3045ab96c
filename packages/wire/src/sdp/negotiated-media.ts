import type { OpusWish } from '../audio/opus.ts'
import type { SrtpKeys } from '../rtp/srtp-key.ts'
import type { Direction } from './direction.ts'

export interface MediaAddress {
  /** An IP address without brackets, or a host name that is still to be looked up. */
  readonly host: string
  readonly port: number
}

export type CodecName = 'PCMU' | 'PCMA' | 'G722' | 'opus'

/** A codec in one session: which payload type stands for it there. */
export interface Codec {
  readonly name: CodecName
  readonly payloadType: number
  /**
   * In Hz, of the RTP timestamps: G.722 samples at 16 kHz and counts 8000 all the same (RFC 3551 §4.5.2), Opus counts
   * 48000 whatever it samples at (RFC 7587 §4.1).
   */
  readonly clockRate: 8000 | 48_000
}

/** What offer and answer settled for the one audio stream of a call. */
export interface NegotiatedMedia {
  readonly remote: MediaAddress
  readonly codec: Codec
  /** Payload type of RFC 4733 key presses; absent when the other side does not take them. */
  readonly telephoneEvent?: number
  /** In which the lengths of key presses are counted; 8000 when absent. */
  readonly telephoneEventRate?: 48_000
  /** Seen from here: `recvonly` means that the other side keeps us on hold. */
  readonly direction: Direction
  /** The packet length that the other side wishes to receive, in milliseconds. */
  readonly ptimeMs: number
  /** Where RTCP goes, when it is not the port above RTP (RFC 3605). */
  readonly rtcp?: MediaAddress
  /** Both directions' keys where the stream is protected (RTP/SAVP with RFC 4568 keys). */
  readonly srtp?: SrtpKeys
  /** How the other side wants its Opus; present where that is the codec. */
  readonly opus?: OpusWish
}
