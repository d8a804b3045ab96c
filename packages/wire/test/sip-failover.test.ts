import { beforeEach, describe, expect, test } from 'vitest'
import type { Resolver } from '../src/sip/locating/resolver.ts'
import type { UserAgent } from '../src/sip/user-agent.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { answer, endOf, failureOf, never, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()
let first: ScriptedPeer
let second: ScriptedPeer
let alice: UserAgent

/** The two peers serve one name, in this order. */
function twoServers(): Resolver {
  const records = [first, second].map(({ port }, priority) => ({ name: 's.test', port, priority, weight: 0 }))
  return {
    naptr: () => Promise.resolve([]),
    srv: name => Promise.resolve(name === '_sip._udp.carrier.test' ? records : []),
    addresses: () => Promise.resolve(['127.0.0.1']),
  }
}

beforeEach(async () => {
  first = await agents.peer()
  second = await agents.peer()
  alice = await agents.agent({ resolver: twoServers() })
})

const order = orderTo(0, { to: 'sip:bob@carrier.test' })

describe('a carrier with two servers', () => {
  test('503 of one: the other takes the call', async () => {
    const calling = alice.invite(order, never)
    first.reply(await first.request('INVITE'), { status: 503 })
    await first.request('ACK')
    second.reply(await second.request('INVITE'), { status: 200, sdp: answer })
    const call = await calling
    await second.request('ACK')
    expect(call.dialog.flow?.port).toBe(second.port)
  })

  test.each([486, 603, 404])('%i is an answer: nobody else is asked', async status => {
    const failed = failureOf(alice.invite(order, never))
    first.reply(await first.request('INVITE'), { status })
    expect(await failed).toMatchObject({ status })
    expect(second.received).toEqual([])
  })

  test('503 of both is what the caller hears', async () => {
    const failed = failureOf(alice.invite(order, never))
    first.reply(await first.request('INVITE'), { status: 503 })
    second.reply(await second.request('INVITE'), { status: 503, reason: 'Both' })
    expect(await failed).toMatchObject({ status: 503, reason: 'Both' })
  })

  test('a silent one is passed over after 8·T1; what it says too late rings nobody and connects nobody', async () => {
    const calling = alice.invite(order, never)
    const late = await first.request('INVITE')
    second.reply(await second.request('INVITE'), { status: 200, sdp: answer })
    const call = await calling
    const sent = first.countPackets('INVITE')
    first.reply(late, { status: 180, tag: 'late' })
    await first.request('CANCEL')
    first.reply(late, { status: 200, tag: 'late', sdp: answer })
    await first.request('ACK')
    const bye = await first.request('BYE')
    expect(bye.envelope.toTag).toBe('late')
    first.reply(bye, { status: 200 })
    expect(first.countPackets('INVITE')).toBe(sent)
    expect(call.dialog.remoteTag).toBe('peer')
    const over = endOf(call)
    const hangingUp = call.bye(never)
    second.reply(await second.request('BYE'), { status: 200 })
    await hangingUp
    expect(await over).toMatchObject({ by: 'local' })
  })

  test('one that rings is waited for as long as the phone may ring', async () => {
    const failed = failureOf(alice.invite({ ...order, ringTimeoutMs: 900 }, never))
    const invite = await first.request('INVITE')
    first.reply(invite, { status: 180 })
    expect(await failed).toMatchObject({ kind: 'ring_timeout' })
    expect(second.received).toEqual([])
  })

  test('OPTIONS finds the one that answers', async () => {
    const pinging = alice.ping('sip:carrier.test', never)
    await first.request('OPTIONS')
    second.reply(await second.request('OPTIONS'), { status: 200 })
    expect(await pinging).toMatchObject({ status: 200 })
  })
})
