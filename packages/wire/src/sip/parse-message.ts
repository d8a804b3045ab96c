/**
 * Bytes to SIP message, RFC 3261 §7 and §18.3: tolerant in what hurts nobody (line ends, folding, white space, compact
 * names), strict in what would make two readers disagree. All sizes are bounded; SipParseError is the only way out.
 */
import { readEnvelope } from './envelope.ts'
import { SipHeaders } from './headers.ts'
import type { ReceivedMessage } from './message.ts'
import { SipParseError } from './sip-parse-error.ts'

/** The largest UDP payload; a stream transport must hold to the same bound. */
export const maxMessageBytes = 65_535
const maxHeadBytes = 32_768
const maxHeaderFields = 256

const token = "[A-Za-z0-9\\-.!%*_+`'~]+"
const requestLine = new RegExp(`^(${token}) (\\S+) (SIP/\\d+\\.\\d+)$`, 'i')
const statusLine = /^(SIP\/\d+\.\d+) (\d{3})(?: (.*))?$/i
const headerLine = new RegExp(`^(${token})[ \\t]*:(.*)$`, 's')

export function parseMessage(bytes: Buffer): ReceivedMessage {
  if (bytes.length > maxMessageBytes) throw new SipParseError('too_large', 'message is too large')
  const start = skipLineEnds(bytes)
  const { headEnd, bodyStart } = findHeadEnd(bytes, start)
  if (headEnd - start > maxHeadBytes) throw new SipParseError('too_large', 'header section is too large')
  const [first = '', ...lines] = unfold(bytes.toString('utf8', start, headEnd))
  const startLine = parseStartLine(first)
  const headers = parseHeaders(lines)
  const envelope = readEnvelope(headers)
  const body = readBody(headers, bytes.subarray(bodyStart))
  if (startLine.kind === 'request' && startLine.method !== envelope.method) {
    throw new SipParseError('header', 'CSeq names another method')
  }
  return { ...startLine, headers, body, envelope }
}

/** RFC 3261 §7.5: empty lines before the start line are ignored. */
function skipLineEnds(bytes: Buffer): number {
  let index = 0
  while (bytes[index] === 0x0d || bytes[index] === 0x0a) index += 1
  return index
}

function findHeadEnd(bytes: Buffer, start: number): { headEnd: number; bodyStart: number } {
  const strict = bytes.indexOf('\r\n\r\n', start)
  const lenient = bytes.indexOf('\n\n', start)
  if (strict !== -1 && (lenient === -1 || strict < lenient)) return { headEnd: strict, bodyStart: strict + 4 }
  if (lenient !== -1) return { headEnd: lenient, bodyStart: lenient + 2 }
  throw new SipParseError('not_sip', 'header section never ends')
}

/** RFC 3261 §7.3.1: a line that begins with white space continues the one before. */
function unfold(head: string): string[] {
  const lines: string[] = []
  for (const line of head.split(/\r?\n/)) {
    const last = lines.length - 1
    if (last >= 0 && /^[ \t]/.test(line)) lines[last] = `${lines[last]} ${line.trim()}`
    else lines.push(line)
  }
  return lines
}

type StartLine =
  | { kind: 'request'; method: string; uri: string }
  | { kind: 'response'; status: number; reason: string }

function parseStartLine(line: string): StartLine {
  const request = requestLine.exec(line)
  if (request) {
    const [, method = '', uri = '', version = ''] = request
    requireVersion(version)
    if (!/^[a-z][a-z0-9+.-]*:[^<>\s]+$/i.test(uri))
      throw new SipParseError('start_line', 'request URI is malformed')
    return { kind: 'request', method, uri }
  }
  const status = statusLine.exec(line)
  if (!status) throw new SipParseError('not_sip', 'neither request nor response')
  const [, version = '', code = '', reason = ''] = status
  requireVersion(version)
  if (code < '100' || code > '699') throw new SipParseError('start_line', 'status code out of range')
  return { kind: 'response', status: Number(code), reason }
}

function requireVersion(version: string): void {
  if (version.toUpperCase() !== 'SIP/2.0') throw new SipParseError('version', 'SIP version is not 2.0')
}

function parseHeaders(lines: readonly string[]): SipHeaders {
  if (lines.length > maxHeaderFields) throw new SipParseError('too_large', 'too many header fields')
  const headers = new SipHeaders()
  for (const line of lines) {
    const match = headerLine.exec(line)
    if (!match || line.includes('\r')) throw new SipParseError('header', 'header line is malformed')
    headers.append(match[1] ?? '', (match[2] ?? '').trim())
  }
  return headers
}

/** RFC 3261 §18.3: over datagrams bytes beyond Content-Length are dropped, missing ones are an error. */
function readBody(headers: SipHeaders, rest: Buffer): Buffer {
  const lengths = new Set(headers.all('Content-Length'))
  if (lengths.size > 1) throw new SipParseError('body', 'two different Content-Length')
  const [length] = lengths
  if (length === undefined) return Buffer.from(rest)
  if (!/^\d{1,9}$/.test(length)) throw new SipParseError('body', 'Content-Length is malformed')
  if (Number(length) > rest.length) throw new SipParseError('body', 'body is shorter than Content-Length')
  return Buffer.from(rest.subarray(0, Number(length)))
}
