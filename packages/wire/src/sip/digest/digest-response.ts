import { createHash } from 'node:crypto'
import { quote } from '../parameters.ts'
import type { Challenge, DigestAlgorithm } from './challenge.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
  /** Answer only challenges of this realm; absent: of any. */
  readonly realm?: string
}

/** What is being authorised, and the client's own part of the proof. */
export interface DigestInput {
  readonly method: string
  readonly uri: string
  readonly body: Buffer
  readonly cnonce: string
  /** How often this nonce has been used, this time included. */
  readonly count: number
}

const hashNames: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
}

/** The proof of RFC 7616 §3.4.1, in lower-case hexadecimal. Without qop it is that of RFC 2069. */
export function digestResponse(challenge: Challenge, credentials: Credentials, input: DigestInput): string {
  const hash = (data: string | Buffer): string =>
    createHash(hashNames[challenge.algorithm]).update(data).digest('hex')
  const { nonce, qop } = challenge
  const secret = hash(`${credentials.username}:${challenge.realm}:${credentials.password}`)
  const a1 = challenge.session ? hash(`${secret}:${nonce}:${input.cnonce}`) : secret
  const bodyPart = qop === 'auth-int' ? `:${hash(input.body)}` : ''
  const a2 = hash(`${input.method}:${input.uri}${bodyPart}`)
  if (qop === undefined) return hash(`${a1}:${nonce}:${a2}`)
  return hash(`${a1}:${nonce}:${countOf(input)}:${input.cnonce}:${qop}:${a2}`)
}

const countOf = (input: DigestInput): string => input.count.toString(16).padStart(8, '0')

/** The value of Authorization or Proxy-Authorization (RFC 7616 §3.4): which fields are quoted is part of the grammar. */
export function authorizationValue(
  challenge: Challenge,
  credentials: Credentials,
  input: DigestInput,
): string {
  const parts = [
    `username=${quote(credentials.username)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(input.uri)}`,
    `response="${digestResponse(challenge, credentials, input)}"`,
  ]
  if (challenge.algorithmName !== undefined) parts.push(`algorithm=${challenge.algorithmName}`)
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`)
  if (challenge.qop) parts.push(`qop=${challenge.qop}`, `nc=${countOf(input)}`)
  if (challenge.qop || challenge.session) parts.push(`cnonce=${quote(input.cnonce)}`)
  return `Digest ${parts.join(', ')}`
}
