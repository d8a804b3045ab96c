import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import type { UserAgent } from '../src/sip/user-agent.ts'
import { callFrom, inviteFields } from './peer-call.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { endOf, never, offer, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

describe('hostile company', () => {
  const alive = async (agent: UserAgent): Promise<void> => {
    const pinging = await agents.agent()
    expect(await pinging.ping(`sip:127.0.0.1:${agent.port}`, never)).toMatchObject({ status: 200 })
  }

  test('a flood of rubbish is dropped', async () => {
    const { agent } = await agents.callee()
    peer.towards(agent.port)
    const almost = `INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP x\r\nFrom: <sip:a>;tag=\r\nTo: <sip:b>\r\nCall-ID: \r\nCSeq: 1 INVITE\r\n\r\n`
    for (let count = 0; count < 3_000; count += 1) {
      peer.raw(
        count % 3 === 0
          ? randomBytes(count % 1_400)
          : Buffer.from(almost).fill(randomBytes(1), count % 100, (count % 100) + 3),
      )
      if (count % 100 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    await alive(agent)
  })

  test.each([
    ['CSeq: 1 BYE', '400 CSeq names another method'],
    ['CSeq: x', '400 CSeq is malformed'],
    ['CSeq: 1 INVITE\r\nContent-Length: 9', '400 body is shorter than Content-Length'],
  ])('a malformed request is told what is wrong: %j', async (cseq, line) => {
    const { agent } = await agents.callee()
    const via = `SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bKbad, SIP/2.0/UDP 192.0.2.2`
    peer
      .towards(agent.port)
      .raw(`INVITE sip:a SIP/2.0\r\nv: ${via}\r\nf: <sip:a>;tag=1\r\nt: <sip:b>\r\ni: 1\r\n${cseq}\r\n\r\n`)
    const answer = await peer.text()
    expect(answer.split('\r\n')[0]).toBe(`SIP/2.0 ${line}`)
    expect(answer).toContain(
      `Via: SIP/2.0/UDP 192.0.2.1;rport=${peer.port};branch=z9hG4bKbad;received=127.0.0.1\r\nVia: SIP/2.0/UDP 192.0.2.2\r\n`,
    )
    expect(answer).toContain('f: <sip:a>;tag=1\r\n')
  })

  test('an INVITE whose Contact or Record-Route cannot be used harms only its sender', async () => {
    const { agent, accepted } = await agents.callee()
    peer
      .towards(agent.port)
      .ask('INVITE', inviteFields({ Contact: '<junk>', 'Record-Route': '<mailto:x>;lr' }), offer)
    const ok = await peer.response(200)
    peer.ask('ACK', { 'Call-ID': 'c1', To: ok.headers.get('To') ?? '', CSeq: '1 ACK' })
    const call = await accepted
    agents.expectedFaults = 1
    await call.bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'local' })
    await alive(agent)
  })

  test('a stranger cannot end a call whose tags it does not know', async () => {
    const { accepted, inside, to } = await callFrom(peer, agents)
    const call = await accepted
    peer.ask('BYE', { 'Call-ID': 'c1', To: to, From: '<sip:peer@127.0.0.1>;tag=guess', CSeq: '9 BYE' })
    await peer.response(481)
    inside('OPTIONS 2')
    await peer.response(200, 'OPTIONS')
    expect(call.dialog.remoteSequence).toBe(2)
  })
})
