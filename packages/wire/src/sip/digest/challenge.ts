import { splitOutsideQuotes, unquote } from '../parameters.ts'

export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256'

/** One digest challenge of a WWW-Authenticate or Proxy-Authenticate header: RFC 7616 §3.3, RFC 8760. */
export interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque?: string
  readonly algorithm: DigestAlgorithm
  /** As the server wrote it, to be given back: `MD5`, `SHA-256-sess`, or undefined when it named none. */
  readonly algorithmName?: string
  readonly session: boolean
  /** The protection we take: `auth` where offered; none under RFC 2069 servers. */
  readonly qop?: 'auth' | 'auth-int'
  readonly stale: boolean
}

const algorithms: Readonly<Record<string, DigestAlgorithm>> = {
  MD5: 'MD5',
  'SHA-256': 'SHA-256',
  'SHA-512-256': 'SHA-512-256',
}

/** Undefined for a scheme, an algorithm or a protection that we cannot answer: RFC 8760 §2.4 says to skip it. */
export function parseChallenge(value: string): Challenge | undefined {
  const fields = digestFields(value)
  if (!fields) return undefined
  const algorithmName = fields.get('algorithm')
  const parsed = parseAlgorithm(algorithmName ?? 'MD5')
  const qop = chooseProtection(fields.get('qop'))
  const nonce = fields.get('nonce')
  if (!parsed || qop === 'unsupported' || nonce === undefined) return undefined
  const opaque = fields.get('opaque')
  return {
    ...parsed,
    realm: fields.get('realm') ?? '',
    nonce,
    stale: fields.get('stale')?.toLowerCase() === 'true',
    ...(opaque === undefined ? {} : { opaque }),
    ...(algorithmName === undefined ? {} : { algorithmName }),
    ...(qop === undefined ? {} : { qop }),
  }
}

/** The fields of a challenge or of its answer, names in lower case. Undefined for another scheme than digest. */
export function digestFields(value: string): Map<string, string> | undefined {
  const scheme = /^\s*Digest\s+/i.exec(value)
  if (!scheme) return undefined
  const fields = new Map<string, string>()
  for (const part of splitOutsideQuotes(value.slice(scheme[0].length), ',')) {
    const equals = part.indexOf('=')
    if (equals > 0)
      fields.set(part.slice(0, equals).trim().toLowerCase(), unquote(part.slice(equals + 1).trim()))
  }
  return fields
}

export function parseAlgorithm(name: string): { algorithm: DigestAlgorithm; session: boolean } | undefined {
  const session = /-sess$/i.test(name)
  const algorithm = algorithms[name.replace(/-sess$/i, '').toUpperCase()]
  return algorithm && { algorithm, session }
}

function chooseProtection(offered: string | undefined): 'auth' | 'auth-int' | 'unsupported' | undefined {
  if (offered === undefined || offered.trim() === '') return undefined
  if (/(?:^|,)\s*auth\s*(?:,|$)/i.test(offered)) return 'auth'
  return /(?:^|,)\s*auth-int\s*(?:,|$)/i.test(offered) ? 'auth-int' : 'unsupported'
}
