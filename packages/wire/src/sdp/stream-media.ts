import type { SrtpKeys } from '../rtp/srtp-key.ts'
import { agreed, whileUnreachable, type Direction } from './direction.ts'
import type { Codec, MediaAddress, NegotiatedMedia } from './negotiated-media.ts'
import { opusWishOf } from './opus-format.ts'
import { SdpError } from './sdp-error.ts'
import { parseConnection, type MediaDescription } from './session-description.ts'
import { telephoneEventOf } from './stream-codecs.ts'

/** What we send by default, and what most of the telephone network wants. */
const usualPtimeMs = 20

const zeros = new Set(['0.0.0.0', '::'])

/** Plain RTP audio. */
export const isPlainAudio = (stream: MediaDescription): boolean =>
  stream.kind === 'audio' && (stream.protocol === 'RTP/AVP' || stream.protocol === 'RTP/AVPF')

/** Audio over SRTP; whether we can speak it depends on its keys. */
export const isSecureAudio = (stream: MediaDescription): boolean =>
  stream.kind === 'audio' && (stream.protocol === 'RTP/SAVP' || stream.protocol === 'RTP/SAVPF')

/** What the other side's stream means for us. */
export function mediaOf(
  stream: MediaDescription,
  settled: { codec: Codec; wish: Direction; telephoneEvent: boolean; srtp?: SrtpKeys | undefined },
): NegotiatedMedia {
  const { host, port } = stream
  if (host === undefined) throw new SdpError('malformed', 'stream has no address')
  const { codec } = settled
  const event = settled.telephoneEvent ? telephoneEventOf(stream, codec.clockRate) : undefined
  const rtcp = reportAddress(stream, host)
  return {
    remote: { host, port },
    codec,
    ...(event ? { telephoneEvent: event.payloadType } : {}),
    ...(event?.clockRate === 48_000 ? { telephoneEventRate: event.clockRate } : {}),
    ...(codec.name === 'opus' ? { opus: opusWishOf(stream, codec.payloadType) } : {}),
    direction: agreed(zeros.has(host) ? whileUnreachable(stream.direction) : stream.direction, settled.wish),
    ptimeMs: ptimeOf(stream),
    ...(rtcp ? { rtcp } : {}),
    ...(settled.srtp ? { srtp: settled.srtp } : {}),
  }
}

export const valueOf = (stream: MediaDescription, name: string): string | undefined =>
  stream.attributes.find(attribute => attribute.name === name)?.value

/** RFC 8866 §6.4; what lies outside of common sense is taken for the usual. */
function ptimeOf(stream: MediaDescription): number {
  const wished = Number(valueOf(stream, 'ptime'))
  return Number.isInteger(wished) && wished >= 10 && wished <= 100 ? wished : usualPtimeMs
}

/** RFC 3605: `a=rtcp:port [IN IP4 host]`. A malformed one is passed over: reports are no reason to lose a call. */
function reportAddress(stream: MediaDescription, host: string): MediaAddress | undefined {
  const match = /^(\d{1,5})(?:\s+(IN\s+IP[46]\s+\S+))?$/i.exec(valueOf(stream, 'rtcp') ?? '')
  const port = Number(match?.[1])
  if (!match || port < 1 || port > 65_535) return undefined
  return { host: match[2] === undefined ? host : parseConnection(match[2]), port }
}
