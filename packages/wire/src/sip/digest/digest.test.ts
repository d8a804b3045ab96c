import { describe, expect, test } from 'vitest'
import { SipHeaders } from '../headers.ts'
import { noBody, type SipRequest, type SipResponse } from '../message.ts'
import { parseChallenge, type Challenge } from './challenge.ts'
import { authorizationValue, digestResponse } from './digest-response.ts'
import { DigestSession } from './digest-session.ts'

const challengeOf = (value: string): Challenge => {
  const challenge = parseChallenge(value)
  if (!challenge) throw new Error('challenge was not understood')
  return challenge
}

describe('vectors of the RFCs', () => {
  const mufasa = { username: 'Mufasa', password: 'Circle of Life' }
  const index = { method: 'GET', uri: '/dir/index.html', body: noBody, count: 1 }

  test('RFC 7616 §3.9.1, MD5 and SHA-256', () => {
    const fields =
      'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    const input = { ...index, cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' }
    const user = { ...mufasa, password: 'Circle of Life' }
    expect(digestResponse(challengeOf(`Digest ${fields}, algorithm=MD5`), user, input)).toBe(
      '8ca523f5e9506fed4657c9700eebdbec',
    )
    expect(digestResponse(challengeOf(`Digest ${fields}, algorithm=SHA-256`), user, input)).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    )
  })

  test('RFC 2617 §3.5, and without qop as in RFC 2069', () => {
    const fields =
      'realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    const user = { username: 'Mufasa', password: 'Circle Of Life' }
    const input = { ...index, cnonce: '0a4f113b' }
    expect(digestResponse(challengeOf(`Digest ${fields}, qop="auth,auth-int"`), user, input)).toBe(
      '6629fae49393a05397450978507c4ef1',
    )
    expect(digestResponse(challengeOf(`Digest ${fields}`), user, input)).toBe(
      '670fd8c2df070c60b045671b8b24ff02',
    )
  })
})

describe('challenges', () => {
  test.each([
    ['another scheme', 'Basic realm="a"'],
    ['an unknown algorithm', 'Digest realm="a", nonce="b", algorithm=SHA-1'],
    ['an unknown protection', 'Digest realm="a", nonce="b", qop="token"'],
    ['no nonce', 'Digest realm="a"'],
  ])('skips %s', (_, value) => {
    expect(parseChallenge(value)).toBeUndefined()
  })

  test('reads quoted commas, escapes and odd case', () => {
    expect(
      parseChallenge('digest REALM="a, \\"b\\"",nonce="n",ALGORITHM=sha-256-SESS,stale=TRUE,qop="auth-int"'),
    ).toEqual({
      realm: 'a, "b"',
      nonce: 'n',
      algorithm: 'SHA-256',
      algorithmName: 'sha-256-SESS',
      session: true,
      stale: true,
      qop: 'auth-int',
    })
  })

  test('RFC 7616 §3.4: what is quoted and what is not', () => {
    const challenge = challengeOf('Digest realm="r", nonce="n", qop="auth", algorithm=MD5, opaque="o"')
    const value = authorizationValue(
      challenge,
      { username: 'u"', password: 'p' },
      { method: 'INVITE', uri: 'sip:b', body: noBody, cnonce: 'c', count: 10 },
    )
    expect(value).toMatch(
      /^Digest username="u\\"", realm="r", nonce="n", uri="sip:b", response="[0-9a-f]{32}", algorithm=MD5, opaque="o", qop=auth, nc=0000000a, cnonce="c"$/,
    )
  })
})

describe('a session', () => {
  const credentials = { username: 'u', password: 'p' }
  const refusal = (...challenges: [string, string][]): SipResponse => ({
    kind: 'response',
    status: 401,
    reason: '',
    headers: new SipHeaders(challenges),
    body: noBody,
  })
  const request = (): SipRequest => ({
    kind: 'request',
    method: 'INVITE',
    uri: 'sip:b',
    headers: new SipHeaders(),
    body: noBody,
  })
  const www = (value: string): [string, string] => ['WWW-Authenticate', `Digest ${value}`]
  const proxy = (value: string): [string, string] => ['Proxy-Authenticate', `Digest ${value}`]

  test('gives up when the password is wrong, but not when only the nonce is old', () => {
    const session = new DigestSession(credentials)
    expect(session.learn(refusal(www('realm="a", nonce="1", qop="auth"')))).toBe(true)
    expect(session.learn(refusal(www('realm="a", nonce="2", qop="auth", stale=true')))).toBe(true)
    expect(session.learn(refusal(www('realm="a", nonce="3", qop="auth"')))).toBe(false)
  })

  test('endless stale nonces end', () => {
    const session = new DigestSession(credentials)
    const stale = refusal(www('realm="a", nonce="1", stale=true'))
    const tries = Array.from({ length: 10 }, () => session.learn(stale))
    expect(tries.filter(Boolean).length).toBe(5)
  })

  test('a proxy and a server are both answered', () => {
    const session = new DigestSession(credentials)
    expect(session.learn(refusal(proxy('realm="a", nonce="1"')))).toBe(true)
    expect(session.learn(refusal(www('realm="b", nonce="2"')))).toBe(true)
    const asked = request()
    session.authorize(asked)
    expect(asked.headers.get('Proxy-Authorization')).toContain('realm="a"')
    expect(asked.headers.get('Authorization')).toContain('realm="b"')
  })

  test('RFC 8760 §2.4: the topmost challenge that we support', () => {
    const session = new DigestSession(credentials)
    session.learn(
      refusal(
        www('realm="a", nonce="0", algorithm=SHA-3'),
        www('realm="a", nonce="1", algorithm=SHA-256'),
        www('realm="a", nonce="2", algorithm=MD5'),
      ),
    )
    const asked = request()
    session.authorize(asked)
    expect(asked.headers.all('Authorization')).toHaveLength(1)
    expect(asked.headers.get('Authorization')).toContain('algorithm=SHA-256')
  })

  test('credentials of another realm answer nothing', () => {
    expect(
      new DigestSession({ ...credentials, realm: 'b' }).learn(refusal(www('realm="a", nonce="1"'))),
    ).toBe(false)
  })

  test('a later request counts on with the nonce it has, and survives a new one', () => {
    const session = new DigestSession(credentials)
    session.learn(refusal(www('realm="a", nonce="1", qop="auth"')))
    const asked = request()
    session.authorize(asked)
    session.begin()
    session.authorize(asked)
    expect(asked.headers.all('Authorization')).toHaveLength(1)
    expect(asked.headers.get('Authorization')).toContain('nc=00000002')
    expect(session.learn(refusal(www('realm="a", nonce="9", qop="auth"')))).toBe(true)
  })
})
