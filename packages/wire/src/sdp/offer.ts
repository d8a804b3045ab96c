import type { Direction } from './direction.ts'
import type { Codec } from './negotiated-media.ts'
import { defaultCodecs } from './stream-codecs.ts'
import { audioLines, joinLines, sessionLines, type SessionOrigin } from './write-session.ts'

/** Any dynamic number would do; this one is so common that some devices expect it. */
const telephoneEventPayloadType = 101

export interface OfferOptions extends SessionOrigin {
  /** In order of preference; PCMU and PCMA when absent. */
  readonly codecs?: readonly Codec[]
  readonly direction?: Direction
}

/** An offer of one audio stream (RFC 3264 §5) with key presses (RFC 4733). */
export function createOffer({
  codecs = defaultCodecs,
  direction = 'sendrecv',
  ...origin
}: OfferOptions): string {
  const stream = { codecs, telephoneEvent: telephoneEventPayloadType, direction, protocol: 'RTP/AVP' }
  return joinLines([...sessionLines(origin), ...audioLines(origin.address.port, stream)])
}
