import { beforeEach, describe, expect, test } from 'vitest'
import { SipHeaders } from '../headers.ts'
import { noBody, type SipRequest, type SipResponse } from '../message.ts'
import { DigestGuard, type GuardedRequest } from './digest-guard.ts'
import { DigestSession } from './digest-session.ts'

const asked = { method: 'INVITE', callId: 'one', source: '192.0.2.1' }
const trunks = ['old', 'secret'].map(password => ({ username: 'trunk', password }))
const known = (username: string) => trunks.filter(one => one.username === username)
let nowMs: number
let guard: DigestGuard

beforeEach(() => {
  nowMs = 1_000
  guard = new DigestGuard('parley', () => nowMs)
})

/** What a client of ours says to these challenges. */
function proofOf(challenges: readonly string[], password = 'secret', username = 'trunk'): string[] {
  const session = new DigestSession({ username, password })
  const headers = new SipHeaders(challenges.map(one => ['WWW-Authenticate', one] as const))
  const refusal: SipResponse = { kind: 'response', status: 401, reason: '', headers, body: noBody }
  session.learn(refusal)
  const request: SipRequest = {
    kind: 'request',
    method: 'INVITE',
    uri: 'sip:+18005551234@parley.test',
    headers: new SipHeaders(),
    body: noBody,
  }
  session.authorize(request)
  return request.headers.all('Authorization')
}
const check = (authorization: string[], more: Partial<GuardedRequest> = {}) =>
  guard.check({ ...asked, authorization, ...more }, known)

test.each(['SHA-256', 'MD5'])('a proof by %s is good', algorithm => {
  const challenges = guard.challenges(asked, false).filter(one => one.includes(`algorithm=${algorithm},`))
  expect(check(proofOf(challenges))).toEqual({ type: 'good', by: trunks[1] })
})

test('the stronger algorithm is offered first', () => {
  expect(guard.challenges(asked, false).map(one => /algorithm=([^,]+)/.exec(one)?.[1])).toEqual([
    'SHA-256',
    'MD5',
  ])
})

describe('no proof is', () => {
  test('a wrong password, or an unknown user, both alike', () => {
    expect(check(proofOf(guard.challenges(asked, false), 'guess'))).toEqual({ type: 'wrong' })
    expect(check(proofOf(guard.challenges(asked, false), 'secret', 'nobody'))).toEqual({ type: 'wrong' })
  })

  test.each([
    ['nothing', []],
    ['another realm', ['Digest username="trunk", realm="x", nonce="n", uri="sip:b", response="0"']],
    ['another scheme', ['Basic dHJ1bms6c2VjcmV0']],
  ])('%s', (_, authorization) => {
    expect(check(authorization)).toEqual({ type: 'missing', stale: false })
  })

  test('one that is shown again', () => {
    const proof = proofOf(guard.challenges(asked, false))
    expect(check(proof)).toMatchObject({ type: 'good' })
    expect(check(proof)).toEqual({ type: 'missing', stale: true })
  })

  test.each<[string, Partial<GuardedRequest>]>([
    ['of another call', { callId: 'two' }],
    ['from another place', { source: '192.0.2.2' }],
  ])('one %s', (_, change) => {
    expect(check(proofOf(guard.challenges(asked, false)), change)).toEqual({ type: 'missing', stale: true })
  })

  test('one that took too long, or whose nonce is nobody’s', () => {
    const proof = proofOf(guard.challenges(asked, false))
    nowMs += 60_001
    expect(check(proof)).toEqual({ type: 'missing', stale: true })
    const foreign = new DigestGuard('parley', () => nowMs)
    expect(check(proofOf(foreign.challenges(asked, false)))).toEqual({ type: 'missing', stale: true })
  })

  test('one made for another method', () => {
    expect(check(proofOf(guard.challenges(asked, false)), { method: 'BYE' })).toEqual({ type: 'wrong' })
  })
})

test('after a stale nonce the client knows that its password is right', () => {
  expect(guard.challenges(asked, true).every(one => one.endsWith('stale=true'))).toBe(true)
})
