import { beforeEach, describe, expect, test } from 'vitest'
import type { ReceivedRequest } from '../src/sip/message.ts'
import { ScriptedPeer } from './scripted-peer.ts'
import { answer, endOf, failureOf, never, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

/** Answers the BYE that ends a test. */
async function acceptBye(): Promise<ReceivedRequest> {
  const bye = await peer.request('BYE')
  peer.reply(bye, { status: 200 })
  return bye
}

describe('the ACK of a 2xx', () => {
  test('goes to the Contact over the route set, on a branch of its own, again for each copy', async () => {
    await using proxy = await ScriptedPeer.open()
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port), never)
    const invite = await peer.request('INVITE')
    const route = `<sip:127.0.0.1:${proxy.port};lr>`
    const ok = {
      status: 200,
      sdp: answer,
      headers: [
        ['Record-Route', '<sip:far.invalid;lr>'],
        ['Record-Route', route],
        ['Contact', '<sip:bob@192.0.2.9:5099>'],
      ] as const,
    }
    peer.reply(invite, ok)
    const call = await calling
    const ack = await proxy.request('ACK')
    expect(ack.uri).toBe('sip:bob@192.0.2.9:5099')
    expect(ack.headers.list('Route')).toEqual([route, '<sip:far.invalid;lr>'])
    expect(ack.envelope).toMatchObject({ toTag: 'peer', sequence: invite.envelope.sequence })
    expect(ack.envelope.via.parameters.get('branch')).not.toBe(invite.envelope.via.parameters.get('branch'))
    peer.reply(invite, ok)
    peer.reply(invite, ok)
    const copies = [await proxy.copyOf(ack), await proxy.copyOf(ack)]
    expect(copies.map(copy => copy.envelope)).toEqual([ack.envelope, ack.envelope])
    const bye = call.bye(never)
    proxy.reply(await proxy.request('BYE'), { status: 200 })
    await bye
    expect(proxy.received.at(-1)).toMatchObject({ uri: 'sip:bob@192.0.2.9:5099' })
  })

  test('a strict router gets its own URI in the request line', async () => {
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port), never)
    const strict = `sip:127.0.0.1:${peer.port}`
    const headers = [
      ['Record-Route', `<${strict}>`],
      ['Contact', '<sip:bob@192.0.2.9>'],
    ] as const
    peer.reply(await peer.request('INVITE'), { status: 200, sdp: answer, headers })
    const call = await calling
    const ack = await peer.request('ACK')
    expect(ack.uri).toBe(strict)
    expect(ack.headers.list('Route')).toEqual(['<sip:bob@192.0.2.9>'])
    const bye = call.bye(never)
    await acceptBye()
    await bye
  })

  test('a second fork that answers is acknowledged and hung up', async () => {
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port), never)
    const invite = await peer.request('INVITE')
    peer.reply(invite, { status: 200, sdp: answer, tag: 'one' })
    peer.reply(invite, { status: 200, sdp: answer, tag: 'two' })
    const call = await calling
    expect(call.dialog.remoteTag).toBe('one')
    const bye = await acceptBye()
    expect(bye.envelope.toTag).toBe('two')
    const acked = peer.received.filter(one => one.kind === 'request' && one.method === 'ACK')
    expect(new Set(acked.map(one => one.envelope.toTag))).toEqual(new Set(['one', 'two']))
    const over = call.bye(never)
    expect((await acceptBye()).envelope.toTag).toBe('one')
    await over
  })

  test('a refusal is acknowledged on the branch of the INVITE', async () => {
    const alice = await agents.agent()
    const calling = failureOf(alice.invite(orderTo(peer.port), never))
    const invite = await peer.request('INVITE')
    peer.reply(invite, { status: 603 })
    const ack = await peer.request('ACK')
    expect(ack.envelope.via).toEqual(invite.envelope.via)
    expect(ack.envelope.toTag).toBe('peer')
    expect(await calling).toMatchObject({ kind: 'rejected', status: 603 })
  })
})

describe('giving up', () => {
  test('an answer that crosses the CANCEL is acknowledged and hung up', async () => {
    const alice = await agents.agent()
    const giveUp = new AbortController()
    const calling = failureOf(alice.invite(orderTo(peer.port), giveUp.signal))
    const invite = await peer.request('INVITE')
    peer.reply(invite, { status: 180 })
    await new Promise(resolve => setImmediate(resolve))
    giveUp.abort()
    expect(await calling).toMatchObject({ kind: 'cancelled', status: 0 })
    const cancel = await peer.request('CANCEL')
    expect(cancel.envelope.via).toEqual(invite.envelope.via)
    expect(cancel.uri).toBe(invite.uri)
    peer.reply(invite, { status: 200, sdp: answer })
    peer.reply(cancel, { status: 200 })
    await peer.request('ACK')
    await acceptBye()
  })

  test('CANCEL waits for a provisional answer (RFC 3261 §9.1)', async () => {
    const alice = await agents.agent()
    const giveUp = new AbortController()
    const calling = failureOf(alice.invite(orderTo(peer.port), giveUp.signal))
    const invite = await peer.request('INVITE')
    giveUp.abort()
    await calling
    await peer.copyOf(invite)
    expect(peer.count('CANCEL')).toBe(0)
    peer.reply(invite, { status: 100 })
    const cancel = await peer.request('CANCEL')
    peer.reply(cancel, { status: 200 })
    peer.reply(invite, { status: 487 })
    await peer.request('ACK')
    expect(peer.count('CANCEL')).toBe(1)
  })

  test('aborted before it begins, nothing is sent', async () => {
    const alice = await agents.agent()
    expect(await failureOf(alice.invite(orderTo(peer.port), AbortSignal.abort()))).toMatchObject({
      kind: 'cancelled',
    })
    await alice[Symbol.asyncDispose]()
    expect(peer.received).toEqual([])
  })

  test('nobody there: no_response after 64·T1, or at the ring limit when that is sooner', async () => {
    const alice = await agents.agent()
    const [patient, hasty] = await Promise.all([
      failureOf(alice.invite(orderTo(peer.port), never)),
      failureOf(alice.invite(orderTo(peer.port, { ringTimeoutMs: 200 }), never)),
    ])
    expect(patient).toMatchObject({ kind: 'no_response', status: 0 })
    expect(hasty).toMatchObject({ kind: 'no_response', status: 0 })
    expect(peer.countPackets('INVITE')).toBeGreaterThan(8)
    expect(peer.count('CANCEL')).toBe(0)
  })

  test('nobody there in the time that the first answer may take', async () => {
    const alice = await agents.agent()
    const order = { ringTimeoutMs: 5_000, firstAnswerTimeoutMs: 150 }
    expect(await failureOf(alice.invite(orderTo(peer.port, order), never))).toMatchObject({
      kind: 'no_response',
      status: 0,
    })
  })

  test('one provisional answer within that time is enough: the phone may ring as long as it may', async () => {
    const alice = await agents.agent()
    const order = { ringTimeoutMs: 700, firstAnswerTimeoutMs: 300 }
    const failure = failureOf(alice.invite(orderTo(peer.port, order), never))
    peer.reply(await peer.request('INVITE'), { status: 100 })
    expect(await failure).toMatchObject({ kind: 'ring_timeout' })
  })

  test('a name that does not resolve is a transport failure', async () => {
    const alice = await agents.agent()
    const failure = await failureOf(
      alice.invite({ ...orderTo(1), to: 'sip:bob@no.such.host.invalid' }, never),
    )
    expect(failure).toMatchObject({ kind: 'transport', status: 0 })
  })

  test.each([
    { to: 'tel:+14155550100' },
    { to: 'sip:bob@127.0.0.1\r\nEvil: 1' },
    { headers: { 'X-A': 'b\r\nEvil: 1' } },
    { headers: { Via: 'mine' } },
    { fromName: 'a\r\nEvil: 1' },
  ])('an order that cannot be sent is refused before anything leaves: %j', async more => {
    const alice = await agents.agent()
    await expect(alice.invite(orderTo(peer.port, more), never)).rejects.toThrow(
      /SIP URI|line end|belongs to the dialog/,
    )
    await alice[Symbol.asyncDispose]()
    expect(peer.received).toEqual([])
  })
})

describe('hanging up', () => {
  test('another process ends the dialog from its record', async () => {
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port), never)
    peer.reply(await peer.request('INVITE'), { status: 200, sdp: answer })
    const call = await calling
    const record = JSON.parse(JSON.stringify(call.dialog)) as typeof call.dialog
    const other = await agents.agent()
    const ending = other.endDialog(record, never)
    const bye = await peer.request('BYE')
    expect(bye.envelope).toMatchObject({
      callId: call.callId,
      fromTag: record.localTag,
      toTag: record.remoteTag,
    })
    expect(bye.envelope.sequence).toBeGreaterThan(1_000)
    expect(bye.envelope.via.port).toBe(other.port)
    peer.reply(bye, { status: 200 })
    await ending
    const over = call.bye(never)
    await acceptBye()
    await over
  })

  test('bye is one BYE however often it is asked, and its wait ends by the signal', async () => {
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port), never)
    peer.reply(await peer.request('INVITE'), { status: 200, sdp: answer })
    const call = await calling
    const end = endOf(call)
    await Promise.all([
      call.bye(AbortSignal.abort()),
      call.bye(AbortSignal.timeout(20)),
      call[Symbol.asyncDispose](),
    ])
    expect(await end).toEqual({ by: 'local', reason: 'BYE' })
    const byes = peer.received.filter(one => one.kind === 'request' && one.method === 'BYE')
    expect(new Set(byes.map(one => one.envelope.sequence)).size).toBe(1)
  })

  test('closing the agent hangs up, cancels and ends within its bound', async () => {
    const alice = await agents.agent()
    const calling = alice.invite(orderTo(peer.port), never)
    peer.reply(await peer.request('INVITE'), { status: 200, sdp: answer })
    const call = await calling
    await peer.request('ACK')
    const ringing = failureOf(alice.invite(orderTo(peer.port), never))
    const invite = await peer.request('INVITE')
    peer.reply(invite, { status: 180 })
    await new Promise(resolve => setTimeout(resolve, 20))
    const closing = alice[Symbol.asyncDispose]()
    expect(await ringing).toMatchObject({ kind: 'cancelled' })
    await peer.request('CANCEL')
    await acceptBye()
    expect(await endOf(call)).toMatchObject({ by: 'local' })
    const startedAt = performance.now()
    await closing
    expect(performance.now() - startedAt).toBeLessThan(2_500)
    await expect(alice.invite(orderTo(peer.port), never)).rejects.toThrow('closing')
  })
})
