import { endOfQuoted, parseParameters, quote, unquote, type Parameters } from './parameters.ts'
import { SipParseError } from './sip-parse-error.ts'

/** The value of From, To, Contact, Route and their kind: RFC 3261 §20.10. */
export interface NameAddress {
  readonly displayName?: string
  readonly uri: string
  /** Parameters of the header; those inside the angle brackets belong to the URI. */
  readonly parameters: Parameters
}

export function parseNameAddress(text: string): NameAddress {
  const value = text.trim()
  const open = bracketAfterName(value)
  if (open === -1) return parseBareAddress(value)
  const close = value.indexOf('>', open)
  if (close === -1) throw new SipParseError('header', 'angle bracket is never closed')
  const displayName = unquote(value.slice(0, open).trim())
  const uri = value.slice(open + 1, close).trim()
  return {
    ...(displayName === '' ? {} : { displayName }),
    uri: uriOrFault(uri),
    parameters: parseParameters(value.slice(close + 1)),
  }
}

function bracketAfterName(value: string): number {
  const afterQuotes = value.startsWith('"') ? endOfQuoted(value, 0) : 0
  return value.indexOf('<', afterQuotes)
}

/** Without brackets every parameter belongs to the header, not to the URI (RFC 3261 §20.10). */
function parseBareAddress(value: string): NameAddress {
  const semicolon = value.indexOf(';')
  const uri = semicolon === -1 ? value : value.slice(0, semicolon).trim()
  return {
    uri: uriOrFault(uri),
    parameters: semicolon === -1 ? new Map() : parseParameters(value.slice(semicolon)),
  }
}

function uriOrFault(uri: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(uri)) throw new SipParseError('header', 'address holds no URI')
  return uri
}

export function formatNameAddress(uri: string, displayName?: string): string {
  return displayName === undefined || displayName === '' ? `<${uri}>` : `${quote(displayName)} <${uri}>`
}
