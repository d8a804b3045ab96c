import { beforeEach, describe, expect, test } from 'vitest'
import { until } from './loopback.ts'
import { callFrom, inviteFields } from './peer-call.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import type { AnsweredCall } from '../src/sip/user-agent.ts'
import { answer, endOf, never, offer, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

/** A call between two agents. */
async function pair(options = {}): Promise<[ours: AnsweredCall, theirs: AnsweredCall]> {
  const { agent: bob, accepted } = await agents.callee(options)
  const alice = await agents.agent(options)
  const ours = await alice.invite(orderTo(bob.port), never)
  return [ours, await accepted]
}

/** A call of ours that the peer picks up with these fields. */
async function called(
  fields: [string, string][],
  session = { expiresSeconds: 2, minSeconds: 1 },
): Promise<AnsweredCall> {
  const alice = await agents.agent({ session })
  const calling = alice.invite(orderTo(peer.port), never)
  peer.reply(await peer.request('INVITE'), { status: 200, sdp: answer, headers: fields })
  return await calling
}

describe('our own changes', () => {
  test('a re-INVITE of either side changes both descriptions', async () => {
    const [ours, theirs] = await pair()
    theirs.onReinvite(() => 'v=0\r\ns=held\r\n')
    expect(await ours.reinvite('v=0\r\ns=hold\r\n', never)).toBe('v=0\r\ns=held\r\n')
    expect([ours.localSdp, ours.remoteSdp]).toEqual(['v=0\r\ns=hold\r\n', 'v=0\r\ns=held\r\n'])
    expect([theirs.localSdp, theirs.remoteSdp]).toEqual(['v=0\r\ns=held\r\n', 'v=0\r\ns=hold\r\n'])
    await theirs.reinvite('v=0\r\ns=back\r\n', never)
    expect(ours.remoteSdp).toBe('v=0\r\ns=back\r\n')
    await ours.bye(never)
  })

  test('a refusal changes nothing; silence and 481 end the call', async () => {
    const call = await called([])
    const refused = call.reinvite('v=0\r\ns=x\r\n', never)
    peer.reply(await peer.request('INVITE'), { status: 488 })
    await expect(refused).rejects.toMatchObject({ name: 'ReinviteRefused', status: 488 })
    expect(call.localSdp).toBe(offer)
    const lost = call.reinvite('v=0\r\ns=x\r\n', never)
    peer.reply(await peer.request('INVITE'), { status: 481 })
    await expect(lost).rejects.toMatchObject({ status: 481 })
    expect(await endOf(call)).toMatchObject({ by: 'transport' })
  })

  test('both sides at once: each says 491, and both changes come through', async () => {
    const [ours, theirs] = await pair()
    const changes = Promise.all([
      ours.reinvite('v=0\r\ns=a\r\n', never),
      theirs.reinvite('v=0\r\ns=b\r\n', never),
    ])
    await changes
    expect([theirs.localSdp, ours.remoteSdp]).toEqual([ours.remoteSdp, theirs.localSdp])
  })
})

describe('session timers', () => {
  test('we refresh by UPDATE where it is known, and the answer starts the clock anew', async () => {
    const call = await called([
      ['Session-Expires', '2;refresher=uac'],
      ['Allow', 'INVITE, UPDATE'],
    ])
    for (let round = 0; round < 2; round += 1) {
      const update = await peer.request('UPDATE')
      expect(update.headers.get('Session-Expires')).toBe('2;refresher=uac')
      expect(update.body).toHaveLength(0)
      peer.reply(update, { status: 200, headers: [['Session-Expires', '2;refresher=uac']] })
    }
    expect(call.localSdp).toBe(offer)
  })

  test('and by re-INVITE where it is not', async () => {
    await called([['Session-Expires', '2;refresher=uac']])
    const invite = await peer.request('INVITE')
    expect(invite.body.toString()).toBe(offer)
    peer.reply(invite, { status: 200, sdp: answer })
    await peer.request('ACK')
  })

  test('who should refresh and does not is hung up', async () => {
    const call = await called([['Session-Expires', '1;refresher=uas']])
    await peer.request('BYE')
    expect(await endOf(call)).toEqual({ by: 'transport', reason: 'session was not refreshed' })
    expect(peer.count('UPDATE')).toBe(0)
  })

  test('422 makes us ask for longer', async () => {
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port), never)
    const first = await peer.request('INVITE')
    expect(first.headers.get('Session-Expires')).toBe('1800')
    peer.reply(first, { status: 422, headers: [['Min-SE', '3600']] })
    await peer.request('ACK')
    const second = await peer.request('INVITE')
    expect([second.headers.get('Session-Expires'), second.headers.get('Min-SE')]).toEqual(['3600', '3600'])
    peer.reply(second, { status: 200, sdp: answer })
    await calling
  })

  test('as callee: 422 to what is too short, else agreed; their refresh is answered and counts', async () => {
    const { agent, accepted } = await agents.callee({ session: { expiresSeconds: 10, minSeconds: 1 } })
    const short = inviteFields({ 'Session-Expires': '0', Supported: 'timer', 'Call-ID': 'short' })
    peer.towards(agent.port).ask('INVITE', short, offer)
    expect((await peer.response(422)).headers.get('Min-SE')).toBe('1')
    peer.ask('INVITE', inviteFields({ 'Session-Expires': '1', Supported: 'timer' }), offer)
    const ok = await peer.response(200)
    expect(ok.headers.get('Session-Expires')).toBe('1;refresher=uac')
    const to = ok.headers.get('To') ?? ''
    peer.ask('ACK', { 'Call-ID': 'c1', To: to, CSeq: '1 ACK' })
    const call = await accepted
    const refresh = { 'Call-ID': 'c1', To: to, CSeq: '2 UPDATE', 'Session-Expires': '1', Supported: 'timer' }
    peer.ask('UPDATE', refresh)
    expect((await peer.response(200, 'UPDATE')).headers.get('Session-Expires')).toBe('1;refresher=uac')
    expect(await endOf(call)).toMatchObject({ by: 'transport' })
  })
})

describe('transfer', () => {
  test('blind: the other side tells how it goes, and the call stands until it is hung up', async () => {
    const [ours, theirs] = await pair()
    const seen: number[] = []
    theirs.onRefer(refer => {
      expect(refer).toMatchObject({ target: 'sip:carol@127.0.0.1', referredBy: '<sip:alice@127.0.0.1>' })
      const progress = refer.accept()
      progress.report(180)
      progress.report(200)
    })
    const order = { target: 'sip:carol@127.0.0.1', onProgress: (status: number) => seen.push(status) }
    expect(await ours.refer(order, never)).toEqual({ accepted: true, status: 200 })
    expect(seen.at(-1)).toBe(200)
    await ours.bye(never)
  })

  test('a busy target, a refusal, and nobody who listens', async () => {
    const [ours, theirs] = await pair()
    expect(await ours.refer('sip:carol@127.0.0.1', never)).toEqual({ accepted: false, status: 603 })
    theirs.onRefer(refer => refer.reject(403))
    expect(await ours.refer('sip:carol@127.0.0.1', never)).toEqual({ accepted: false, status: 403 })
    theirs.onRefer(refer => refer.accept().report(486))
    expect(await ours.refer('sip:carol@127.0.0.1', never)).toEqual({ accepted: true, status: 486 })
    await expect(ours.refer('tel:1', never)).rejects.toThrow()
  })

  test('the other side hangs up before it tells: the last that was told counts', async () => {
    const { accepted, inside, to } = await callFrom(peer, agents)
    const call = await accepted
    const outcome = call.refer('sip:carol@127.0.0.1', never)
    const refer = await peer.request('REFER')
    expect(refer.headers.get('Refer-To')).toBe('<sip:carol@127.0.0.1>')
    peer.reply(refer, { status: 202 })
    inside('NOTIFY 2', 'SIP/2.0 180 Ringing\r\n', {
      Event: 'refer',
      'Subscription-State': 'active',
      'Content-Type': 'message/sipfrag',
      To: to,
    })
    await peer.response(200, 'NOTIFY')
    inside('BYE 3')
    expect(await outcome).toEqual({ accepted: true, status: 180 })
  })

  test('attended: the referred INVITE takes the place of the call it names', async () => {
    const taken: AnsweredCall[] = []
    const replaced: (string | undefined)[] = []
    const carol = await agents.agent({
      onCall: call => {
        replaced.push(call.replacesCallId)
        void call.accept(answer).then(one => taken.push(one))
      },
    })
    const [toBob, bobs] = await pair()
    const alice = await agents.agent()
    const toCarol = await alice.invite(orderTo(carol.port), never)
    const bob = await agents.agent()
    bobs.onRefer(refer => {
      const progress = refer.accept()
      const headers = { Replaces: refer.replaces ?? '' }
      bob.invite(orderTo(0, { to: refer.target, headers }), never).then(
        () => progress.report(200),
        () => progress.report(503),
      )
    })
    const order = { target: `sip:carol@127.0.0.1:${carol.port}`, replaces: toCarol.dialog }
    expect(await toBob.refer(order, never)).toEqual({ accepted: true, status: 200 })
    expect(await endOf(toCarol)).toMatchObject({ by: 'remote' })
    await until(() => taken.length === 2, 'both calls were accepted')
    expect(replaced).toEqual([undefined, toCarol.callId])
  })

  test('an INVITE that replaces what is not there is refused; REFER outside a call too', async () => {
    const { agent } = await agents.callee()
    peer.towards(agent.port)
    peer.ask('INVITE', inviteFields({ Replaces: 'nothing;to-tag=a;from-tag=b' }), offer)
    await peer.response(481, 'INVITE')
    peer.ask('REFER', { 'Call-ID': 'r', 'Refer-To': '<sip:x@y>' })
    await peer.response(481, 'REFER')
  })
})
