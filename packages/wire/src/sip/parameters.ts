import { SipParseError } from './sip-parse-error.ts'

/** Names in lower case; a parameter without value maps to the empty string. */
export type Parameters = ReadonlyMap<string, string>

/** No honest header holds so many values; thousands of empty ones would cost milliseconds. */
const mostParts = 1_000

/** Splits a header value at a separator that stands neither in a quoted string nor between angle brackets. */
export function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  if (!text.includes(separator)) return [text.trim()]
  const parts: string[] = []
  let start = 0
  let index = 0
  while (index < text.length) {
    const char = text[index]
    if (char === '"') index = endOfQuoted(text, index)
    else if (char === '<') index = endOfBracket(text, index)
    else if (char === separator) {
      if (parts.length === mostParts) throw new SipParseError('header', 'header value has too many parts')
      parts.push(text.slice(start, index).trim())
      start = index + 1
    }
    index += 1
  }
  parts.push(text.slice(start).trim())
  return parts
}

/** Index of the closing quote; RFC 3261 §25.1 lets a backslash escape any character inside. */
export function endOfQuoted(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1
    else if (text[index] === '"') return index
  }
  throw new SipParseError('header', 'quoted string is never closed')
}

function endOfBracket(text: string, open: number): number {
  const close = text.indexOf('>', open)
  if (close === -1) throw new SipParseError('header', 'angle bracket is never closed')
  return close
}

/** Reads `;a=b;c;d="e"`. Empty pieces are tolerated; the first of two equal names wins. */
export function parseParameters(text: string): Parameters {
  const parameters = new Map<string, string>()
  for (const part of splitOutsideQuotes(text, ';')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase()
    const value = equals === -1 ? '' : part.slice(equals + 1).trim()
    if (name !== '' && !parameters.has(name)) parameters.set(name, unquote(value))
  }
  return parameters
}

export function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value
  return value.slice(1, -1).replace(/\\(.)/gs, '$1')
}

export const quote = (value: string): string => `"${value.replace(/(["\\])/g, '\\$1')}"`

export function formatParameters(parameters: Parameters): string {
  let text = ''
  for (const [name, value] of parameters) text += value === '' ? `;${name}` : `;${name}=${asValue(value)}`
  return text
}

const asValue = (value: string): string => (/^[^\s";,<>=?]+$/.test(value) ? value : quote(value))
