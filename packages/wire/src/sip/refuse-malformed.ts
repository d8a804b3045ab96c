import { answerDestination, formatVia, parseVia, stampSource } from './via.ts'
import { splitOutsideQuotes } from './parameters.ts'
import { SipParseError } from './sip-parse-error.ts'
import type { TransportAddress } from './transport.ts'

/** What can be read of a request that cannot be parsed. */
interface Remains {
  readonly vias: readonly string[]
  /** From, To, Call-ID and CSeq, as they came. */
  readonly mirrored: readonly string[]
}

export interface Refusal {
  readonly bytes: Buffer
  readonly to: TransportAddress
}

const longForms: Readonly<Record<string, string>> = { v: 'via', f: 'from', t: 'to', i: 'call-id' }

/**
 * The 400 (or 505) for a malformed request, so that its sender learns what is wrong (RFC 3261 §16.3, RFC 4475 §3.1.2).
 * Undefined where no answer is due or its way back cannot be read. Stateless: a copy is answered again.
 */
export function refuseMalformed(
  bytes: Buffer,
  fault: SipParseError,
  from: TransportAddress,
): Refusal | undefined {
  if (fault.fault === 'too_large' || fault.fault === 'not_sip') return undefined
  const [startLine = '', ...lines] = bytes.toString('utf8').split(/\r?\n/)
  if (!/^\S+ .* SIP\/\d+\.\d+$/.test(startLine) || startLine.startsWith('ACK ')) return undefined
  const remains = gather(lines)
  try {
    const [top = '', ...others] = remains.vias
    const via = stampSource(parseVia(top), from)
    const vias = [formatVia(via), ...others].map(value => `Via: ${value}`)
    const status = fault.fault === 'version' ? '505 Version Not Supported' : `400 ${fault.message}`
    const answer = [`SIP/2.0 ${status}`, ...vias, ...remains.mirrored, 'Content-Length: 0', '', '']
    return { bytes: Buffer.from(answer.join('\r\n')), to: answerDestination(via) }
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

function gather(lines: readonly string[]): Remains {
  const vias: string[] = []
  const mirrored = new Map<string, string>()
  for (const line of lines.slice(0, lines.indexOf(''))) {
    const match = /^([A-Za-z-]+)[ \t]*:[ \t]*([^\r]*)$/.exec(line)
    const given = match?.[1]?.toLowerCase() ?? ''
    const name = longForms[given] ?? given
    if (name === 'via') vias.push(...splitOrNone(match?.[2] ?? ''))
    else if (['from', 'to', 'call-id', 'cseq'].includes(name) && !mirrored.has(name)) mirrored.set(name, line)
  }
  return { vias, mirrored: [...mirrored.values()] }
}

function splitOrNone(value: string): string[] {
  try {
    return splitOutsideQuotes(value, ',')
  } catch (error) {
    if (error instanceof SipParseError) return []
    throw error
  }
}
