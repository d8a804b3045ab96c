import { beforeEach, describe, expect, test } from 'vitest'
import type { IncomingCall } from '../src/sip/user-agent.ts'
import { callFrom, inviteFields } from './peer-call.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { answer, endOf, offer, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

describe('a call comes in', () => {
  test('100 at once, then 180 and 200 with one tag, Contact and Record-Route', async () => {
    const { agent, accepted } = await agents.callee()
    peer
      .towards(agent.port)
      .ask('INVITE', inviteFields({ 'Record-Route': '<sip:p1;lr>, <sip:p2;lr>' }), offer)
    const trying = await peer.response(100)
    expect(trying.envelope.toTag).toBeUndefined()
    const ringing = await peer.response(180)
    const ok = await peer.response(200)
    expect(ringing.envelope.toTag).toBeDefined()
    expect(ok.envelope.toTag).toBe(ringing.envelope.toTag)
    expect(ok.headers.get('Contact')).toBe(`<sip:127.0.0.1:${agent.port}>`)
    expect(ok.headers.list('Record-Route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>'])
    expect(ok.body.toString()).toBe(answer)
    peer.ask('ACK', { 'Call-ID': 'c1', To: ok.headers.get('To') ?? '', CSeq: '1 ACK' })
    const call = await accepted
    expect(call.dialog.routeSet).toEqual(['<sip:p1;lr>', '<sip:p2;lr>'])
    expect(JSON.parse(JSON.stringify(call.dialog))).toEqual(call.dialog)
    peer.ask('BYE', { 'Call-ID': 'c1', To: ok.headers.get('To') ?? '', CSeq: '2 BYE' })
    await peer.response(200, 'BYE')
    expect(await endOf(call)).toEqual({ by: 'remote', reason: 'BYE' })
  })

  test('the application sees who calls whom, and the headers', async () => {
    const { promise, resolve } = Promise.withResolvers<IncomingCall>()
    const agent = await agents.agent({ onCall: resolve })
    const fields = inviteFields({
      From: '"Ann" <sip:+1@a>;tag=t',
      Diversion: '<sip:x@y>',
      uri: 'sip:line7@127.0.0.1',
    })
    peer.towards(agent.port).ask('INVITE', fields, offer)
    const call = await promise
    expect(call).toMatchObject({
      callId: 'c1',
      from: '"Ann" <sip:+1@a>',
      requestUri: 'sip:line7@127.0.0.1',
      sdp: offer,
    })
    expect(call.headers.get('diversion')).toEqual(['<sip:x@y>'])
    call.reject(486)
    call.reject(603)
    expect((await peer.response(486)).reason).toBe('Busy Here')
  })

  test('a repeated INVITE gets the same answers and rings once', async () => {
    let rang = 0
    const agent = await agents.agent({
      onCall: call => {
        rang += 1
        call.reject(486)
      },
    })
    peer.towards(agent.port)
    const fields = inviteFields({ Via: `SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKsame` })
    peer.ask('INVITE', fields, offer)
    const busy = await peer.response(486)
    for (let copy = 0; copy < 2; copy += 1) {
      peer.ask('INVITE', fields, offer)
      await peer.copyOf(busy)
    }
    expect(rang).toBe(1)
  })

  test('the same INVITE over another way is refused 482; after a refusal it is a new try', async () => {
    const calls: IncomingCall[] = []
    const agent = await agents.agent({ onCall: call => calls.push(call) })
    peer.towards(agent.port).ask('INVITE', inviteFields(), offer)
    await peer.response(100)
    peer.ask('INVITE', inviteFields(), offer)
    await peer.response(482)
    calls[0]?.reject(480)
    await peer.response(480)
    peer.ask('INVITE', inviteFields(), offer)
    await peer.response(100)
    expect(calls).toHaveLength(2)
    calls[1]?.reject(480)
  })

  test('CANCEL: 200 for it, 487 for the INVITE; one for nothing gets 481', async () => {
    const { promise, resolve } = Promise.withResolvers<IncomingCall>()
    const agent = await agents.agent({ onCall: resolve })
    const Via = `SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKc`
    peer.towards(agent.port).ask('CANCEL', { Via, CSeq: '1 CANCEL' })
    await peer.response(481)
    const other = `SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKd`
    peer.ask('INVITE', inviteFields({ Via: other }), offer)
    const call = await promise
    peer.ask('CANCEL', { 'Call-ID': 'c1', Via: other, CSeq: '1 CANCEL' })
    await peer.response(200, 'CANCEL')
    await peer.response(487, 'INVITE')
    expect(call.cancelled.aborted).toBe(true)
    await expect(call.accept(answer)).rejects.toThrow('gave up')
  })

  test.each<[number, string, Record<string, string>, string]>([
    [501, 'DANCE', { CSeq: '1 DANCE' }, ''],
    [405, 'SUBSCRIBE', { CSeq: '1 SUBSCRIBE' }, ''],
    [420, 'INVITE', { CSeq: '1 INVITE', Require: '100rel, foo' }, ''],
    [415, 'INVITE', { CSeq: '1 INVITE', 'Content-Type': 'text/plain' }, 'hello'],
    [416, 'INVITE', { CSeq: '1 INVITE', uri: 'tel:+1' }, ''],
    [481, 'BYE', { CSeq: '1 BYE', To: '<sip:a@b>;tag=unknown' }, ''],
    [481, 'BYE', { CSeq: '1 BYE' }, ''],
    [481, 'INVITE', { CSeq: '1 INVITE', To: '<sip:a@b>;tag=unknown' }, offer],
    [200, 'OPTIONS', { CSeq: '1 OPTIONS', uri: 'sip:127.0.0.1:5060' }, ''],
  ])('%i for %s %j', async (...[status, method, fields, body]) => {
    const { agent } = await agents.callee()
    peer.towards(agent.port).ask(method, fields, body)
    const response = await peer.response(status)
    if (status === 405 || status === 501 || status === 200)
      expect(response.headers.list('Allow')).toContain('INVITE')
    if (status === 420) expect(response.headers.list('Unsupported')).toEqual(['foo'])
  })

  test('an application that throws answers 500, and the agent lives', async () => {
    agents.expectedFaults = 1
    const agent = await agents.agent({
      onCall: () => {
        throw new Error('ours')
      },
    })
    peer.towards(agent.port).ask('INVITE', inviteFields(), offer)
    await peer.response(500)
    peer.ask('OPTIONS', { CSeq: '1 OPTIONS' })
    await peer.response(200)
  })
})

describe('the ACK of our 2xx', () => {
  test('until it comes the 2xx is repeated; late is soon enough', async () => {
    const { accepted, ok, inside } = await callFrom(peer, agents, false)
    for (let copy = 0; copy < 3; copy += 1) expect((await peer.copyOf(ok)).envelope).toEqual(ok.envelope)
    inside('ACK 1')
    const call = await accepted
    expect(call.remoteSdp).toBe(offer)
    inside('BYE 2')
    await peer.response(200, 'BYE')
  })

  test('when it never comes the call is hung up', async () => {
    const { accepted } = await callFrom(peer, agents, false)
    await expect(accepted).rejects.toThrow('never acknowledged')
    peer.reply(await peer.request('BYE'), { status: 200 })
  })

  test('hanging up before it waits for it (RFC 3261 §15)', async () => {
    const giveUp = new AbortController()
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const agent = await agents.agent({
      onCall: call => {
        call.accept(answer, giveUp.signal).then(resolve, resolve)
        giveUp.abort(new Error('changed our mind'))
      },
    })
    peer.towards(agent.port).ask('INVITE', inviteFields(), offer)
    const ok = await peer.response(200)
    await peer.copyOf(ok)
    expect(peer.count('BYE')).toBe(0)
    peer.ask('ACK', { 'Call-ID': 'c1', To: ok.headers.get('To') ?? '', CSeq: '1 ACK' })
    const bye = await peer.request('BYE')
    expect(bye.envelope).toMatchObject({ sequence: 1, toTag: 'peer', fromTag: ok.envelope.toTag })
    peer.reply(bye, { status: 200 })
    expect(await promise).toMatchObject({ message: 'changed our mind' })
  })

  test('a caller who hangs up first was connected all the same', async () => {
    const { accepted, inside } = await callFrom(peer, agents, false)
    inside('BYE 2')
    await peer.response(200, 'BYE')
    expect(await endOf(await accepted)).toMatchObject({ by: 'remote' })
  })

  test('with the offer left to us the answer comes in the ACK', async () => {
    const { agent, accepted } = await agents.callee()
    peer.towards(agent.port).ask('INVITE', inviteFields())
    const ok = await peer.response(200)
    peer.ask('ACK', { 'Call-ID': 'c1', To: ok.headers.get('To') ?? '', CSeq: '1 ACK' }, 'v=0\r\ns=late\r\n')
    expect((await accepted).remoteSdp).toBe('v=0\r\ns=late\r\n')
  })
})
