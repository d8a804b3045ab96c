import { beforeEach, describe, expect, test } from 'vitest'
import { parseChallenge } from '../src/sip/digest/challenge.ts'
import { digestResponse } from '../src/sip/digest/digest-response.ts'
import type { ReceivedRequest } from '../src/sip/message.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { answer, failureOf, never, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

describe('challenges', () => {
  const credentials = { username: 'alice', password: 'secret' }

  const isRight = (request: ReceivedRequest, header: string, challenge: string): boolean => {
    const asked = parseChallenge(challenge)
    const given = new Map(
      [...(request.headers.get(header) ?? '').matchAll(/(\w+)="?([^",]*)"?/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
    if (!asked) return false
    const count = Number.parseInt(given.get('nc') ?? '0', 16)
    const { method, uri, body } = request
    return (
      given.get('response') ===
      digestResponse(asked, credentials, { method, uri, body, cnonce: given.get('cnonce') ?? '', count })
    )
  }

  test('407 by a proxy with MD5, then 401 by the server with SHA-256, then BYE with what was learned', async () => {
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port, { credentials }), never)
    const proxyAsks = 'Digest realm="proxy", nonce="n1", algorithm=MD5, qop="auth", opaque="o"'
    const serverAsks = 'Digest realm="server", nonce="n2", algorithm=SHA-256, qop="auth,auth-int"'
    const first = await peer.request('INVITE')
    peer.reply(first, { status: 407, headers: [['Proxy-Authenticate', proxyAsks]] })
    expect((await peer.request('ACK')).envelope.sequence).toBe(1)
    const second = await peer.request('INVITE')
    expect(second.envelope).toMatchObject({
      callId: first.envelope.callId,
      fromTag: first.envelope.fromTag,
      sequence: 2,
    })
    expect(isRight(second, 'Proxy-Authorization', proxyAsks)).toBe(true)
    const both = [
      ['WWW-Authenticate', 'Digest realm="server", nonce="n0", algorithm=FUTURE'],
      ['WWW-Authenticate', serverAsks],
    ] as const
    peer.reply(second, { status: 401, headers: both })
    const third = await peer.request('INVITE')
    expect(third.envelope.sequence).toBe(3)
    expect(isRight(third, 'Proxy-Authorization', proxyAsks)).toBe(true)
    expect(isRight(third, 'Authorization', serverAsks)).toBe(true)
    peer.reply(third, { status: 200, sdp: answer })
    const call = await calling
    expect((await peer.request('ACK')).headers.get('Authorization')).toBe(third.headers.get('Authorization'))
    const over = call.bye(never)
    const bye = await peer.request('BYE')
    expect(bye.envelope.sequence).toBe(4)
    expect(isRight(bye, 'Authorization', serverAsks)).toBe(true)
    const fresh = 'Digest realm="server", nonce="n3", algorithm=SHA-256, qop="auth", stale=true'
    peer.reply(bye, { status: 401, headers: [['WWW-Authenticate', fresh]] })
    const again = await peer.request('BYE')
    expect(again.envelope.sequence).toBe(5)
    expect(isRight(again, 'Authorization', fresh)).toBe(true)
    peer.reply(again, { status: 200 })
    await over
  })

  test('a wrong password is refused after one try', async () => {
    const alice = await agents.agent()
    const calling = failureOf(alice.invite(orderTo(peer.port, { credentials }), never))
    for (const nonce of ['1', '2']) {
      const headers = [['WWW-Authenticate', `Digest realm="r", nonce="${nonce}", qop="auth"`]] as const
      peer.reply(await peer.request('INVITE'), { status: 401, headers })
    }
    expect(await calling).toMatchObject({ kind: 'rejected', status: 401 })
    await peer.request('ACK')
    expect(peer.count('INVITE')).toBe(2)
  })

  test('without credentials the challenge is the failure', async () => {
    const alice = await agents.agent()
    const calling = failureOf(alice.invite(orderTo(peer.port), never))
    peer.reply(await peer.request('INVITE'), {
      status: 407,
      headers: [['Proxy-Authenticate', 'Digest realm="r", nonce="n"']],
    })
    expect(await calling).toMatchObject({ kind: 'rejected', status: 407 })
  })
})
