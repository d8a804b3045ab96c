import { formatParameters, parseParameters, type Parameters } from './parameters.ts'
import { SipParseError } from './sip-parse-error.ts'
import type { Hop } from './transport.ts'
import { bracketed, parsePort } from './uri.ts'

/** One hop of a message's way, RFC 3261 §20.42. `host` and `port` are what the sender calls itself. */
export interface Via {
  readonly protocol: string
  readonly host: string
  readonly port?: number
  readonly parameters: Parameters
}

const shape =
  /^SIP\s*\/\s*2\.0\s*\/\s*([a-z0-9-]+)\s+(\[[0-9a-f:.]+\]|[a-z0-9._-]+)\s*(?::\s*(\d{1,5})\s*)?((?:;.*)?)$/is

export function parseVia(text: string): Via {
  const match = shape.exec(text.trim())
  if (!match) throw new SipParseError('header', 'Via is malformed')
  const [, protocol = '', host = '', port, parameters = ''] = match
  return {
    protocol: protocol.toUpperCase(),
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    ...(port === undefined ? {} : { port: parsePort(port) }),
    parameters: parseParameters(parameters),
  }
}

export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`
  return `SIP/2.0/${via.protocol} ${bracketed(via.host)}${port}${formatParameters(via.parameters)}`
}

/**
 * Writes where a request really came from into its top Via. RFC 3261 §18.2.1 asks for `received` when the sent-by
 * differs, RFC 3581 §4 for both when the sender asked with an empty `rport`: answers then cross its NAT.
 */
export function stampSource(via: Via, source: { host: string; port: number }): Via {
  const parameters = new Map(via.parameters)
  const asked = parameters.get('rport') === ''
  if (asked) parameters.set('rport', String(source.port))
  if (asked || via.host !== source.host) parameters.set('received', source.host)
  else parameters.delete('received')
  return { ...via, parameters }
}

/** Where the answer to a stamped request goes (RFC 3261 §18.2.2). `maddr` is ignored: it would make us a reflector. */
export function answerDestination(via: Via): { host: string; port: number } {
  const rport = Number(via.parameters.get('rport'))
  const port = Number.isInteger(rport) && rport > 0 && rport < 65_536 ? rport : (via.port ?? 5060)
  return { host: via.parameters.get('received') ?? via.host, port }
}

/** The same over any transport: over a connection the answer takes the one that brought the request. */
export function answerHop(via: Via, source: Hop): Hop {
  if (source.protocol === 'udp') return { ...answerDestination(via), protocol: 'udp' }
  return { ...source, returnPort: via.port ?? (source.protocol === 'tls' ? 5061 : 5060) }
}
