import type { SrtpKey } from '../rtp/srtp-key.ts'
import type { Direction } from './direction.ts'
import type { Codec } from './negotiated-media.ts'
import { defaultCodecs, type EventFormat } from './stream-codecs.ts'
import { audioLines, joinLines, sessionLines, type SessionOrigin } from './write-session.ts'

/** Any dynamic numbers would do; 101 is so common that some devices expect it. */
const events: readonly EventFormat[] = [
  { payloadType: 101, clockRate: 8000 },
  { payloadType: 102, clockRate: 48_000 },
]

export interface OfferOptions extends SessionOrigin {
  /** In order of preference; PCMU, PCMA and G722 when absent. */
  readonly codecs?: readonly Codec[]
  readonly direction?: Direction
  /** Keys of ours, one for each suite, that make this an offer of RTP/SAVP; plain RTP when absent. */
  readonly srtp?: readonly SrtpKey[]
}

/** An offer of one audio stream (RFC 3264 §5) with key presses (RFC 4733). */
export function createOffer({
  codecs = defaultCodecs,
  direction = 'sendrecv',
  srtp,
  ...origin
}: OfferOptions): string {
  const crypto = (srtp ?? []).map((key, i) => ({ tag: i + 1, key }))
  const protocol = crypto.length > 0 ? 'RTP/SAVP' : 'RTP/AVP'
  const stream = {
    codecs,
    events: events.filter(event => codecs.some(({ clockRate }) => clockRate === event.clockRate)),
    direction,
    protocol,
    crypto,
  }
  return joinLines([...sessionLines(origin), ...audioLines(origin.address.port, stream)])
}
