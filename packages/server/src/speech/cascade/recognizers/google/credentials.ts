import { sign } from 'node:crypto'
import { Metadata } from '@grpc/grpc-js'
import { VoiceFault } from '../../../port.ts'
import { PROVIDER } from './results.ts'

/** A key of the project, or of a service account, as in its JSON file. */
export type GoogleAccess =
  | { readonly apiKey: string }
  | {
      readonly serviceAccount: {
        readonly email: string
        readonly privateKey: string
        readonly keyId?: string
      }
    }

const AUDIENCE = 'https://speech.googleapis.com/'
const VALID_S = 3600

/**
 * What proves to the service who calls. A service account signs a token of its own (RFC 7523 in form) that
 * the service takes without any exchange. https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth
 */
export function credentialsOf(access: GoogleAccess, nowMs: number): Metadata {
  const metadata = new Metadata()
  if ('apiKey' in access) metadata.set('x-goog-api-key', access.apiKey)
  else metadata.set('authorization', `Bearer ${signedToken(access.serviceAccount, nowMs)}`)
  return metadata
}

/** What must stand in no message. */
export function secretOf(access: GoogleAccess): string {
  return 'apiKey' in access ? access.apiKey : access.serviceAccount.privateKey
}

function signedToken(
  { email, privateKey, keyId }: Extract<GoogleAccess, { serviceAccount: unknown }>['serviceAccount'],
  nowMs: number,
): string {
  const issuedS = Math.floor(nowMs / 1000)
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) }
  const claims = { iss: email, sub: email, aud: AUDIENCE, iat: issuedS, exp: issuedS + VALID_S }
  const signed = `${encoded(header)}.${encoded(claims)}`
  try {
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`
  } catch {
    // OpenSSL's error may quote what it could not read.
    throw new VoiceFault(PROVIDER, 'unauthorized', { message: 'the private key can not sign' })
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
