/**
 * Key presses in INFO requests, as devices without RFC 4733 send them: `application/dtmf-relay` with lines
 * such as "Signal=5", or `application/dtmf` with the bare key (RFC 6086 names both as what is in use). Null:
 * the request is about something else.
 */
export function infoDigit({ contentType, body }: { contentType: string; body: string }): string | null {
  const type = contentType
    .toLowerCase()
    .replace(/\s*;.*$/, '')
    .trim()
  const key = type === 'application/dtmf' ? body : type === 'application/dtmf-relay' ? signalOf(body) : ''
  const digit = numbered.get(key.trim()) ?? key.trim().toUpperCase()
  return /^[0-9*#A-D]$/.test(digit) ? digit : null
}

/** Some devices count on: 10 and 11 are star and hash, as in RFC 4733. */
const numbered: ReadonlyMap<string, string> = new Map([
  ['10', '*'],
  ['11', '#'],
])

function signalOf(body: string): string {
  return /^\s*signal\s*=\s*(\S{1,2})\s*$/im.exec(body)?.[1] ?? ''
}
