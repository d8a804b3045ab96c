import type { Direction } from './direction.ts'
import type { Codec, NegotiatedMedia } from './negotiated-media.ts'
import { SdpError } from './sdp-error.ts'
import { parseSession, type MediaDescription } from './session-description.ts'
import { codecsOf, defaultCodecs, firstCommonCodec, telephoneEventOf } from './stream-codecs.ts'
import { isPlainAudio, mediaOf } from './stream-media.ts'
import { audioLines, joinLines, sessionLines, type SessionOrigin } from './write-session.ts'

export interface AnswerOptions extends SessionOrigin {
  /** What we accept; the offer's order decides. PCMU and PCMA when absent. */
  readonly codecs?: readonly Codec[]
  /** What we wish for; the answer is as much of it as the offer leaves room for. */
  readonly direction?: Direction
}

/** Answers an offer (RFC 3264 §6): one audio stream is taken, every other is refused in its place. */
export function answerOffer(offer: string, options: AnswerOptions): { sdp: string; media: NegotiatedMedia } {
  const { codecs = defaultCodecs, direction: wish = 'sendrecv', ...origin } = options
  const streams = parseSession(offer)
  const { taken, codec } = chooseStream(streams, codecs)
  const media = mediaOf(taken, { codec, wish, telephoneEvent: true })
  const ours = {
    codecs: [codec],
    telephoneEvent: media.telephoneEvent,
    direction: media.direction,
    protocol: taken.protocol,
  }
  const lines = streams.flatMap(one =>
    one === taken ? audioLines(origin.address.port, ours) : [refusalOf(one)],
  )
  return { sdp: joinLines([...sessionLines(origin), ...lines]), media }
}

function chooseStream(
  streams: readonly MediaDescription[],
  codecs: readonly Codec[],
): { taken: MediaDescription; codec: Codec } {
  const candidates = streams.filter(one => isPlainAudio(one) && one.port !== 0)
  if (candidates.length === 0) throw new SdpError('no_audio', 'offer has no plain RTP audio stream')
  for (const taken of candidates) {
    const codec = firstCommonCodec(taken, codecs)
    if (codec) return { taken, codec }
  }
  throw new SdpError('no_codec', 'offer has no codec that we speak')
}

/** RFC 3264 §6: port 0 refuses; the rest of the line is repeated. */
const refusalOf = ({ kind, protocol, formats }: MediaDescription): string =>
  `m=${kind} 0 ${protocol} ${formats.length > 0 ? formats.join(' ') : '0'}`

/**
 * What the answer to our offer settles. Its payload types count, also where they differ from ours: they say what the
 * other side wants to receive (RFC 3264 §5.1).
 */
export function readAnswer(offer: string, answer: string): NegotiatedMedia {
  const offered = parseSession(offer)
  const streams = parseSession(answer).slice(0, offered.length)
  if (!streams.some(isPlainAudio)) throw new SdpError('no_audio', 'answer has no plain RTP audio stream')
  const place = streams.findIndex(one => isPlainAudio(one) && one.port !== 0)
  const taken = streams[place]
  const wanted = offered[place]
  if (!taken || !wanted) throw new SdpError('refused', 'answer refuses the audio stream')
  const codec = firstCommonCodec(taken, codecsOf(wanted))
  if (!codec) throw new SdpError('no_codec', 'answer has no codec of the offer')
  const telephoneEvent = telephoneEventOf(wanted) !== undefined
  return mediaOf(taken, { codec, wish: wanted.direction, telephoneEvent })
}
