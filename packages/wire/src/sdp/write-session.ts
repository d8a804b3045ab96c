import { randomInt } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { writeCrypto, type CryptoLine } from './crypto-line.ts'
import type { Direction } from './direction.ts'
import type { Codec, MediaAddress } from './negotiated-media.ts'
import { ourOpusParameters } from './opus-format.ts'
import type { EventFormat } from './stream-codecs.ts'

/** Who describes the session: RFC 8866 §5.2. */
export interface SessionOrigin {
  readonly address: MediaAddress
  /** Digits. The same for every description of one call; random when absent. */
  readonly sessionId?: string
  /** One more for each changed description of the call; 1 when absent. */
  readonly sessionVersion?: number
}

export interface AudioStream {
  readonly codecs: readonly Codec[]
  readonly events: readonly EventFormat[]
  readonly direction: Direction
  readonly protocol: string
  /** Keys of a protected stream. */
  readonly crypto?: readonly CryptoLine[]
}

const newSessionId = (): string => String(randomInt(1, 2 ** 47))

export function sessionLines({
  address,
  sessionId = newSessionId(),
  sessionVersion = 1,
}: SessionOrigin): string[] {
  if (!/^\d{1,19}$/.test(sessionId)) throw new TypeError('SDP session id must be digits')
  const connection = `IN ${isIPv6(address.host) ? 'IP6' : 'IP4'} ${address.host}`
  return ['v=0', `o=- ${sessionId} ${sessionVersion} ${connection}`, 's=-', `c=${connection}`, 't=0 0']
}

export function audioLines(port: number, stream: AudioStream): string[] {
  const { codecs, events } = stream
  const formats = [...codecs, ...events].map(({ payloadType }) => payloadType)
  return [
    `m=audio ${port} ${stream.protocol} ${formats.join(' ')}`,
    ...codecs.flatMap(codecLines),
    ...events.flatMap(({ payloadType, clockRate }) => [
      `a=rtpmap:${payloadType} telephone-event/${clockRate}`,
      `a=fmtp:${payloadType} 0-15`,
    ]),
    ...(stream.crypto ?? []).map(writeCrypto),
    'a=ptime:20',
    `a=${stream.direction}`,
  ]
}

const codecLines = ({ payloadType, name, clockRate }: Codec): string[] =>
  name === 'opus'
    ? [`a=rtpmap:${payloadType} opus/48000/2`, `a=fmtp:${payloadType} ${ourOpusParameters}`]
    : [`a=rtpmap:${payloadType} ${name}/${clockRate}`]

export const joinLines = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`
