import { describe, expect, test } from 'vitest'
import { losesFirst, lossyTransport } from './lossy-transport.ts'
import { endOf, never, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()

describe('a line that loses', () => {
  test.each([
    ['the first INVITEs', /^INVITE/, 2],
    ['the first ACKs', /^ACK/, 3],
  ])('%s of the caller', async (_, beginning, count) => {
    const bob = await agents.callee()
    const alice = await agents.agent({ openTransport: lossyTransport(losesFirst(count, beginning)) })
    const call = await alice.invite(orderTo(bob.agent.port), never)
    const theirs = await bob.accepted
    const end = endOf(theirs)
    await call.bye(never)
    expect(await end).toMatchObject({ by: 'remote' })
  })

  test.each([
    ['provisional answers', /^SIP\/2\.0 1/, 50],
    ['the first answers', /^SIP\/2\.0 200/, 4],
  ])('%s of the callee', async (_, beginning, count) => {
    const bob = await agents.callee({ openTransport: lossyTransport(losesFirst(count, beginning)) })
    const alice = await agents.agent()
    const call = await alice.invite(orderTo(bob.agent.port), never)
    await (await bob.accepted).bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'remote' })
  })

  test('refusal and its ACK', async () => {
    const bob = await agents.agent({
      onCall: call => call.reject(486),
      openTransport: lossyTransport(losesFirst(2, /^SIP\/2\.0 486/)),
    })
    const alice = await agents.agent({ openTransport: lossyTransport(losesFirst(2, /^ACK/)) })
    await expect(alice.invite(orderTo(bob.port), never)).rejects.toMatchObject({ status: 486 })
  })

  test('one packet in five both ways: thirty calls come and go', async () => {
    let seed = 42
    const loses = (): boolean => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648 < 0.2
    }
    const ended: Promise<unknown>[] = []
    const bob = await agents.agent({
      openTransport: lossyTransport(loses),
      onCall: call =>
        void call.accept('v=0\r\n').then(
          theirs => ended.push(endOf(theirs)),
          () => undefined,
        ),
    })
    const alice = await agents.agent({ openTransport: lossyTransport(loses) })
    const calls = await Promise.all(Array.from({ length: 30 }, () => alice.invite(orderTo(bob.port), never)))
    expect(new Set(calls.map(call => call.callId)).size).toBe(30)
    await Promise.all(calls.map(call => call.bye(never)))
    expect(ended).toHaveLength(30)
    await Promise.all(ended)
  })

  test('a socket that cannot send fails the call as transport, at once', async () => {
    const alice = await agents.agent()
    const calling = alice.invite({ ...orderTo(5060), to: 'sip:bob@255.255.255.255:5060' }, never)
    await expect(calling).rejects.toMatchObject({ kind: 'transport', status: 0 })
  })
})
