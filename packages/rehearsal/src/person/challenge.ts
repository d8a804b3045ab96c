import { createHash, randomBytes } from 'node:crypto'
import type { Challenge } from './persona.ts'

/**
 * The asking side of digest authentication (RFC 7616, RFC 8760), written apart from the stack under test
 * so that an error there cannot hide on both sides.
 */
export interface Gate {
  readonly header: { readonly name: string; readonly value: string }
  admits(method: string, authorization: string | undefined): boolean
}

export function createGate({ username, password, realm, algorithm, status }: Challenge): Gate {
  const nonce = randomBytes(16).toString('hex')
  const hash = (text: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex')
  return {
    header: {
      name: status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate',
      value: `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"`,
    },
    admits(method, authorization) {
      const given = directives(authorization ?? '')
      if (given.get('username') !== username || given.get('realm') !== realm) return false
      if (given.get('nonce') !== nonce || given.get('qop') !== 'auth') return false
      const secret = hash(`${username}:${realm}:${password}`)
      const target = hash(`${method}:${given.get('uri') ?? ''}`)
      const proof = [secret, nonce, given.get('nc'), given.get('cnonce'), 'auth', target].join(':')
      return given.get('response') === hash(proof)
    },
  }
}

function directives(header: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, plain] of header.matchAll(/([a-z]+)=(?:"([^"]*)"|([^",\s]+))/gi)) {
    found.set(name.toLowerCase(), quoted ?? plain ?? '')
  }
  return found
}
