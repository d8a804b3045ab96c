import type { OpusWish } from '../audio/opus.ts'
import type { SrtpKeys } from './srtp-key.ts'

/** What offer and answer settled, as far as the media path needs it. The shape that `sdp` produces. */
export interface StreamMedia {
  remote: { host: string; port: number }
  codec: { name: 'PCMU' | 'PCMA' | 'G722' | 'opus'; payloadType: number }
  /** Payload type of keypad events (RFC 4733); absent: digits are sent as tones in the audio. */
  telephoneEvent?: number
  /** In which their lengths are counted; absent: 8000. */
  telephoneEventRate?: 48_000
  /** Seen from our side: `recvonly` means that we must not send. */
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  /** Where reports go; absent: the port above `remote`. */
  rtcp?: { host: string; port: number }
  /** Present: everything is protected by SRTP, and nothing else is taken. */
  srtp?: SrtpKeys
  /** How the far end wants its Opus, where that is the codec; absent: as the RFC has it by default. */
  opus?: OpusWish
}

/** Timestamp units to a sample of the line: Opus counts 48,000 to the second (RFC 7587 §4.1). */
export const unitsPerSample = ({ codec }: StreamMedia): number => (codec.name === 'opus' ? 6 : 1)

export function maySend(media: StreamMedia): boolean {
  const { direction, remote } = media
  // RFC 2543 holds with 0.0.0.0, and a port of 0 refuses the stream: there is nobody to send to.
  const nowhere = remote.port === 0 || remote.host === '0.0.0.0' || remote.host === '::'
  return !nowhere && (direction === 'sendrecv' || direction === 'sendonly')
}

export function mayReceive(media: StreamMedia): boolean {
  return media.direction === 'sendrecv' || media.direction === 'recvonly'
}
