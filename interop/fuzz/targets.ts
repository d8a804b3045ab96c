import { RtcpParseError, parseRtcp, serializeRtcp } from '@parley/wire/rtp/rtcp'
import { parseRtp, RtpParseError, serializeRtp } from '@parley/wire/rtp/packet'
import { readTelephoneEvent } from '@parley/wire/rtp/telephone-event'
import { answerOffer, readAnswer } from '@parley/wire/sdp/answer'
import { createOffer } from '@parley/wire/sdp/offer'
import { SdpError } from '@parley/wire/sdp/sdp-error'
import { parseChallenge } from '@parley/wire/sip/digest/challenge'
import { parseNameAddress } from '@parley/wire/sip/name-address'
import { parseMessage } from '@parley/wire/sip/parse-message'
import { SipParseError } from '@parley/wire/sip/sip-parse-error'
import { parseSipUri } from '@parley/wire/sip/uri'
import { lineTargets } from './line-targets.ts'
import { mediaTargets } from './media-targets.ts'
import { tortureMessages } from '../torture.ts'

/** One shipped reader of bytes from the network, and what it is fed. */
export interface Target {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  /** May throw what `expects` knows, and nothing else. */
  read(input: Uint8Array): void
  expects(error: unknown): boolean
  /** Share of all inputs, against the other targets' weights. */
  readonly weight: number
}

const address = { host: '192.0.2.1', port: 30_000 }
const offer = createOffer({ address, sessionId: '1' })
const listed = ['Via', 'Contact', 'Route', 'Record-Route', 'Require', 'Allow']

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const bytes = (...texts: readonly string[]): Uint8Array[] => texts.map(one => Buffer.from(one))

/** All that the user agent reads of a message. Each reader may refuse by itself. */
function readSip(input: Uint8Array): void {
  const message = parseMessage(Buffer.from(input.buffer, input.byteOffset, input.byteLength))
  if (message.kind === 'request') refusable(() => parseSipUri(message.uri))
  for (const name of listed) refusable(() => message.headers.list(name))
  for (const name of ['From', 'To', 'Contact', 'Refer-To', 'Referred-By']) {
    refusable(() => parseNameAddress(message.headers.get(name) ?? ''))
  }
}

function refusable(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error
  }
}

function readSdp(input: Uint8Array): void {
  const description = text(input)
  try {
    answerOffer(description, { address, sessionId: '1' })
  } catch (error) {
    if (!(error instanceof SdpError)) throw error
  }
  readAnswer(offer, description)
}

const rtp = {
  payloadType: 0,
  marker: true,
  sequence: 65_535,
  timestamp: 1,
  ssrc: 7,
  payload: new Uint8Array(160),
}
const report = {
  ssrc: 1,
  cname: 'parley',
  farewell: true,
  sender: { ntpSeconds: 1, ntpFraction: 2, rtpTimestamp: 3, packetCount: 4, octetCount: 5 },
}

const oddDescriptions = [
  'v=0\r\nc=IN IP6 [2001:db8::1]\r\nm=audio 9 RTP/AVP 0 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=inactive\r\n',
  'v=0\nc=IN IP4 sip.example.com\nm=audio 4000/2 RTP/AVP 96\na=rtpmap:96 PCMU/8000/1\na=ptime:30\na=rtcp:5000 IN IP4 192.0.2.9\n',
  'v=0\r\nm=video 0 RTP/AVP 31\r\nm=audio 5000 RTP/SAVP 0\r\nc=IN IP4 0.0.0.0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4\r\n',
]

export const targets: readonly Target[] = [
  {
    name: 'sip',
    weight: 5,
    seeds: tortureMessages().map(message => message.bytes),
    read: readSip,
    expects: error => error instanceof SipParseError,
  },
  {
    name: 'sdp',
    weight: 2,
    seeds: bytes(offer, ...oddDescriptions),
    read: readSdp,
    expects: error => error instanceof SdpError,
  },
  {
    name: 'challenge',
    weight: 1,
    seeds: bytes(
      'Digest realm="a\\"b", nonce="n", qop="auth,auth-int", algorithm=SHA-256, stale=true, opaque=""',
    ),
    read: input => void parseChallenge(text(input)),
    expects: error => error instanceof SipParseError,
  },
  {
    name: 'rtp',
    weight: 1,
    seeds: [
      serializeRtp(rtp),
      serializeRtp({ ...rtp, payloadType: 101, payload: Uint8Array.of(5, 0x8a, 0, 160) }),
    ],
    read: input => void readTelephoneEvent(parseRtp(input).payload),
    expects: error => error instanceof RtpParseError,
  },
  {
    name: 'rtcp',
    weight: 1,
    seeds: [serializeRtcp(report)],
    read: input => void parseRtcp(input),
    expects: error => error instanceof RtcpParseError,
  },
  ...lineTargets,
  ...mediaTargets,
]
