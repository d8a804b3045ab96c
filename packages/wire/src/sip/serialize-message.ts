import type { SipMessage } from './message.ts'

/**
 * SIP message to bytes. Content-Length is always computed, whatever the headers say.
 * Throws TypeError when a value would break out of its line: a name or number with a line end inside must never become
 * a header of its own.
 */
export function serializeMessage(message: SipMessage): Buffer {
  let head = `${startLine(message)}\r\n`
  for (const [name, value] of message.headers.entries()) {
    if (name.toLowerCase() === 'content-length') continue
    if (!/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(name)) throw new TypeError('header name is not a token')
    head += `${name}: ${oneLine(value)}\r\n`
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'utf8'), message.body])
}

function startLine(message: SipMessage): string {
  if (message.kind === 'response') return `SIP/2.0 ${message.status} ${oneLine(message.reason)}`
  if (/[\s<>]/.test(message.uri)) throw new TypeError('request URI holds white space or brackets')
  return `${message.method} ${message.uri} SIP/2.0`
}

/** Other control characters are legal inside quotes (RFC 3261 §25.1) and must be mirrored in answers. */
function oneLine(value: string): string {
  if (/[\r\n]/.test(value)) throw new TypeError('header value holds a line end')
  return value
}
