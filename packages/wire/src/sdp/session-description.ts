/**
 * Session description as text to its parts, RFC 8866 §5. Carriers write odd ones: unknown lines, missing lines, bare
 * line feeds and doubled codecs are passed over; only what we need and cannot read is an error.
 */
import { isDirection, type Direction } from './direction.ts'
import { SdpError } from './sdp-error.ts'

const maxLength = 32_768
const maxMedia = 32

export interface Attribute {
  readonly name: string
  readonly value: string
}

export interface MediaDescription {
  readonly kind: string
  readonly port: number
  readonly protocol: string
  readonly formats: readonly string[]
  /** Host of the nearest `c=`; undefined when neither the stream nor the session has one. */
  readonly host: string | undefined
  readonly direction: Direction
  readonly attributes: readonly Attribute[]
}

/** The streams in their order: offer and answer pair them by place (RFC 3264 §6). */
export function parseSession(text: string): MediaDescription[] {
  if (text.length > maxLength) throw new SdpError('malformed', 'session description is too large')
  const sections = intoSections(text)
  const [session = [], ...streams] = sections
  if (streams.length > maxMedia) throw new SdpError('malformed', 'session description has too many streams')
  const shared = { host: hostOf(session), direction: directionOf(session) ?? 'sendrecv' }
  return streams.map(lines => parseStream(lines, shared))
}

interface Line {
  readonly type: string
  readonly value: string
}

/** The session's own lines, then one list per `m=`. */
function intoSections(text: string): Line[][] {
  const sections: Line[][] = [[]]
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const match = /^\s*([a-z])\s*=(.*)$/i.exec(raw)
    if (!match) continue
    const line = { type: (match[1] ?? '').toLowerCase(), value: (match[2] ?? '').trim() }
    if (line.type === 'm') sections.push([])
    sections.at(-1)?.push(line)
  }
  return sections
}

function parseStream(
  lines: readonly Line[],
  shared: { host: string | undefined; direction: Direction },
): MediaDescription {
  const match = /^(\S+)\s+(\d{1,5})(?:\/\d+)?\s+(\S+)((?:\s+\S+)*)$/.exec(lines[0]?.value ?? '')
  if (!match || Number(match[2]) > 65_535) throw new SdpError('malformed', 'media line is malformed')
  const [, kind = '', port, protocol = '', formats = ''] = match
  return {
    kind: kind.toLowerCase(),
    port: Number(port),
    protocol: protocol.toUpperCase(),
    formats: formats.split(/\s+/).filter(format => format !== ''),
    host: hostOf(lines) ?? shared.host,
    direction: directionOf(lines) ?? shared.direction,
    attributes: lines.filter(line => line.type === 'a').map(attributeOf),
  }
}

function attributeOf({ value }: Line): Attribute {
  const colon = value.indexOf(':')
  if (colon === -1) return { name: value.toLowerCase(), value: '' }
  return { name: value.slice(0, colon).toLowerCase(), value: value.slice(colon + 1).trim() }
}

function directionOf(lines: readonly Line[]): Direction | undefined {
  return lines
    .filter(line => line.type === 'a')
    .map(line => line.value.toLowerCase())
    .find(isDirection)
}

function hostOf(lines: readonly Line[]): string | undefined {
  const line = lines.find(one => one.type === 'c')
  return line && parseConnection(line.value)
}

/** `IN IP4 host`, RFC 8866 §5.7; a multicast suffix (`/127`) is dropped, brackets around IPv6 are forgiven. */
export function parseConnection(value: string): string {
  const match = /^IN\s+IP[46]\s+\[?([0-9a-z._:-]+)\]?(?:\/\S*)?$/i.exec(value)
  if (!match?.[1]) throw new SdpError('malformed', 'connection line is malformed')
  return match[1]
}
