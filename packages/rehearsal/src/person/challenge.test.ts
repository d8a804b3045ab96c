import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createGate } from './challenge.ts'

const secret = { username: 'demo', password: 'open sesame', realm: 'rehearsal', status: 407 } as const

function respond(header: string, password: string, algorithm: 'md5' | 'sha256'): string {
  const nonce = /nonce="([^"]+)"/.exec(header)?.[1] ?? ''
  const hash = (text: string): string => createHash(algorithm).update(text).digest('hex')
  const uri = 'sip:+14155551234@127.0.0.1'
  const proof = `${hash(`demo:rehearsal:${password}`)}:${nonce}:00000001:abc:auth:${hash(`INVITE:${uri}`)}`
  return `Digest username="demo", realm="rehearsal", nonce="${nonce}", uri="${uri}", qop=auth, nc=00000001, cnonce="abc", response="${hash(proof)}"`
}

test.each([
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
] as const)('%s: the right password passes, nothing else', (algorithm, name) => {
  const gate = createGate({ ...secret, algorithm })
  expect(gate.header.name).toBe('Proxy-Authenticate')
  expect(gate.admits('INVITE', respond(gate.header.value, 'open sesame', name))).toBe(true)
  expect(gate.admits('INVITE', respond(gate.header.value, 'guess', name))).toBe(false)
  expect(gate.admits('BYE', respond(gate.header.value, 'open sesame', name))).toBe(false)
  expect(gate.admits('INVITE', undefined)).toBe(false)
  const other = createGate({ ...secret, algorithm })
  expect(gate.admits('INVITE', respond(other.header.value, 'open sesame', name))).toBe(false)
})
