import type { SipHeaders } from './headers.ts'
import type { Envelope } from './message.ts'
import { parseNameAddress } from './name-address.ts'
import { splitOutsideQuotes } from './parameters.ts'
import { SipParseError } from './sip-parse-error.ts'
import { parseVia } from './via.ts'

/** Reads the mandatory fields; a missing, doubled or malformed one makes the message unusable. */
export function readEnvelope(headers: SipHeaders): Envelope {
  const { sequence, method } = parseSequence(single(headers, 'CSeq'))
  return {
    via: parseVia(splitOutsideQuotes(headers.get('Via') ?? '', ',')[0] ?? ''),
    callId: parseCallId(single(headers, 'Call-ID')),
    fromTag: parseNameAddress(single(headers, 'From')).parameters.get('tag'),
    toTag: parseNameAddress(single(headers, 'To')).parameters.get('tag'),
    sequence,
    method,
  }
}

function single(headers: SipHeaders, name: string): string {
  const values = headers.all(name)
  const [value] = values
  if (value === undefined) throw new SipParseError('header', `${name} is missing`)
  if (values.length > 1) throw new SipParseError('header', `${name} stands more than once`)
  return value
}

function parseCallId(value: string): string {
  if (value === '' || /\s/.test(value)) throw new SipParseError('header', 'Call-ID is malformed')
  return value
}

/** RFC 3261 §8.1.1.5: the number stays below 2³¹ when sent; up to 32 bits are accepted (§20.16). */
function parseSequence(value: string): { sequence: number; method: string } {
  const match = /^(\d{1,10})\s+([A-Za-z0-9\-.!%*_+`'~]+)$/.exec(value)
  const sequence = Number(match?.[1])
  if (!match?.[2] || sequence > 0xffffffff) throw new SipParseError('header', 'CSeq is malformed')
  return { sequence, method: match[2] }
}
