import { formatParameters, parseParameters, type Parameters } from './parameters.ts'
import { SipParseError } from './sip-parse-error.ts'

/** A SIP or SIPS URI, RFC 3261 §19.1. An IPv6 host stands here without its brackets. */
export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  readonly user?: string
  readonly host: string
  readonly port?: number
  readonly parameters: Parameters
  /** What follows the question mark, untouched. */
  readonly headers?: string
}

const shape = /^(sips?):(?:([^@]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?(.*))?$/is

export function parseSipUri(text: string): SipUri {
  const match = shape.exec(text.trim())
  if (!match) throw new SipParseError('header', 'not a SIP URI')
  const [, scheme = '', user, host = '', port, parameters = '', headers] = match
  return {
    scheme: scheme.toLowerCase() === 'sips' ? 'sips' : 'sip',
    ...(user === undefined ? {} : { user }),
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    ...(port === undefined ? {} : { port: parsePort(port) }),
    parameters: parseParameters(parameters),
    ...(headers === undefined ? {} : { headers }),
  }
}

export function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new SipParseError('header', 'port out of range')
  return port
}

export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

export function formatSipUri(uri: SipUri): string {
  const user = uri.user === undefined ? '' : `${uri.user}@`
  const port = uri.port === undefined ? '' : `:${uri.port}`
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`
  return `${uri.scheme}:${user}${bracketed(uri.host)}${port}${formatParameters(uri.parameters)}${headers}`
}

/** A proxy is a loose router, whatever was written (RFC 3261 §16.12). */
export function routeTo(proxy: string): string {
  return parseSipUri(proxy).parameters.has('lr') ? `<${proxy}>` : `<${proxy};lr>`
}
