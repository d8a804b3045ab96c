import type { SrtpKeys } from '../rtp/srtp-key.ts'
import { cryptoLinesOf, newSrtpKey } from './crypto-line.ts'
import type { Direction } from './direction.ts'
import type { Codec, NegotiatedMedia } from './negotiated-media.ts'
import { SdpError } from './sdp-error.ts'
import { parseSession, type MediaDescription } from './session-description.ts'
import { codecsOf, firstCommonCodec, knownCodecs, telephoneEventOf } from './stream-codecs.ts'
import { isPlainAudio, isSecureAudio, mediaOf } from './stream-media.ts'
import { audioLines, joinLines, sessionLines, type SessionOrigin } from './write-session.ts'

export interface AnswerOptions extends SessionOrigin {
  /** What we accept; the offer's order decides. PCMU, PCMA, G722 and Opus when absent. */
  readonly codecs?: readonly Codec[]
  /** What we wish for; the answer is as much of it as the offer leaves room for. */
  readonly direction?: Direction
  /** Our description in force, where there is one: the keys of a protected call stay what they are in it. */
  readonly localSdp?: string
}

/**
 * Answers an offer (RFC 3264 §6): one audio stream is taken, every other is refused in its place. A protected one
 * (RFC 4568 §5.1.2) is answered with the first of its suites that we speak.
 */
export function answerOffer(offer: string, options: AnswerOptions): { sdp: string; media: NegotiatedMedia } {
  const { codecs = knownCodecs, direction: wish = 'sendrecv', localSdp, ...origin } = options
  const streams = parseSession(offer)
  const { taken, codec } = chooseStream(streams, codecs)
  const crypto = answerCrypto(taken, localSdp)
  const media = mediaOf(taken, { codec, wish, telephoneEvent: true, srtp: crypto?.keys })
  const ours = {
    codecs: [codec],
    events: [telephoneEventOf(taken, codec.clockRate) ?? []].flat(),
    direction: media.direction,
    protocol: taken.protocol,
    crypto: crypto ? [{ tag: crypto.tag, key: crypto.keys.send }] : [],
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
  const candidates = streams.filter(one => canSpeak(one) && one.port !== 0)
  if (candidates.length === 0)
    throw new SdpError('no_audio', 'offer has no RTP audio stream that we can speak')
  for (const taken of candidates) {
    const codec = firstCommonCodec(taken, codecs)
    if (codec) return { taken, codec }
  }
  throw new SdpError('no_codec', 'offer has no codec that we speak')
}

const canSpeak = (stream: MediaDescription): boolean =>
  isPlainAudio(stream) || (isSecureAudio(stream) && cryptoLinesOf(stream).length > 0)

function answerCrypto(stream: MediaDescription, localSdp = ''): { tag: number; keys: SrtpKeys } | undefined {
  const [line] = isSecureAudio(stream) ? cryptoLinesOf(stream) : []
  if (!line) return undefined
  const { suite } = line.key
  const inForce = parseSession(localSdp).flatMap(cryptoLinesOf)
  const send = inForce.find(({ key }) => key.suite === suite)?.key ?? newSrtpKey(suite)
  return { tag: line.tag, keys: { send, receive: line.key } }
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
  const isAsOffered = (one: MediaDescription, i: number): boolean => {
    const isAudio = offered[i] && isSecureAudio(offered[i]) ? isSecureAudio : isPlainAudio
    return isAudio(one)
  }
  if (!streams.some(isAsOffered))
    throw new SdpError('no_audio', 'answer has no audio stream as it was offered')
  const place = streams.findIndex((one, i) => isAsOffered(one, i) && one.port !== 0)
  const taken = streams[place]
  const wanted = offered[place]
  if (!taken || !wanted) throw new SdpError('refused', 'answer refuses the audio stream')
  const codec = firstCommonCodec(taken, codecsOf(wanted))
  if (!codec) throw new SdpError('no_codec', 'answer has no codec of the offer')
  const telephoneEvent = telephoneEventOf(wanted, codec.clockRate) !== undefined
  const srtp = isSecureAudio(wanted) ? agreedKeys(wanted, taken) : undefined
  return mediaOf(taken, { codec, wish: wanted.direction, telephoneEvent, srtp })
}

/** RFC 4568 §5.1.3: the answer names one of our lines by tag and suite, and brings the other side's key. */
function agreedKeys(offered: MediaDescription, answered: MediaDescription): SrtpKeys {
  const ours = cryptoLinesOf(offered)
  for (const { tag, key } of cryptoLinesOf(answered)) {
    const line = ours.find(one => one.tag === tag && one.key.suite === key.suite)
    if (line) return { send: line.key, receive: key }
  }
  throw new SdpError('no_audio', 'answer takes none of the keys that were offered')
}
