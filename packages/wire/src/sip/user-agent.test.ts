import { afterEach, describe, expect, test } from 'vitest'
import { endOf, answer, failureOf, never, offer, orderTo, testAgents } from '../../test/test-agents.ts'
import type { IncomingCall } from './user-agent.ts'

const agents = testAgents()

// Both sides are ours here: silence is a fault too.
afterEach(() => expect(agents.faults).toEqual([]))

describe('two agents on loopback', () => {
  test('ring, answer, and the caller hangs up', async () => {
    const rung: number[] = []
    const { agent: bob, accepted } = await agents.callee()
    const alice = await agents.agent()
    const call = await alice.invite(
      orderTo(bob.port, { onProgress: ({ status }) => rung.push(status) }),
      never,
    )
    const theirs = await accepted
    expect(rung).toEqual([180])
    expect(call.remoteSdp).toBe(answer)
    expect(theirs.remoteSdp).toBe(offer)
    expect(theirs.callId).toBe(call.callId)
    const ended = endOf(theirs)
    await call.bye(never, { Reason: 'Q.850;cause=16' })
    expect(await ended).toEqual({ by: 'remote', reason: 'Q.850;cause=16' })
    expect(await endOf(call)).toMatchObject({ by: 'local' })
  })

  test('the callee hangs up', async () => {
    const { agent: bob, accepted } = await agents.callee()
    const alice = await agents.agent()
    const call = await alice.invite(orderTo(bob.port), never)
    await (await accepted).bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'remote' })
  })

  test('a refusal carries status, reason and headers', async () => {
    const bob = await agents.agent({ onCall: call => call.reject(486, 'Busy Here', { 'Retry-After': '30' }) })
    const alice = await agents.agent()
    const error = await failureOf(alice.invite(orderTo(bob.port), never))
    expect(error).toMatchObject({ kind: 'rejected', status: 486, reason: 'Busy Here' })
    expect(error.headers.get('retry-after')).toEqual(['30'])
  })

  test('aborting while it rings sends CANCEL', async () => {
    const incoming = Promise.withResolvers<IncomingCall>()
    const bob = await agents.agent({
      onCall: call => {
        call.ring()
        incoming.resolve(call)
      },
    })
    const alice = await agents.agent()
    const giveUp = new AbortController()
    const error = failureOf(
      alice.invite(orderTo(bob.port, { onProgress: () => giveUp.abort() }), giveUp.signal),
    )
    const call = await incoming.promise
    await new Promise(resolve => call.cancelled.addEventListener('abort', resolve))
    expect(await error).toMatchObject({ kind: 'cancelled', status: 0 })
    await expect(call.accept('v=0\r\n')).rejects.toThrow('caller gave up')
  })

  test('nobody picks up: ring_timeout, and the callee hears of it', async () => {
    const incoming = Promise.withResolvers<IncomingCall>()
    const bob = await agents.agent({
      onCall: call => {
        call.ring(183, 'v=0\r\ns=early\r\n')
        incoming.resolve(call)
      },
    })
    const alice = await agents.agent()
    const early: (string | undefined)[] = []
    const error = failureOf(
      alice.invite(
        orderTo(bob.port, { ringTimeoutMs: 100, onProgress: ({ sdp }) => early.push(sdp) }),
        never,
      ),
    )
    const call = await incoming.promise
    await new Promise(resolve => call.cancelled.addEventListener('abort', resolve))
    expect(await error).toMatchObject({ kind: 'ring_timeout' })
    expect(early).toEqual(['v=0\r\ns=early\r\n'])
  })

  test('without onCall 404, while draining 503', async () => {
    let accepts = true
    const bob = await agents.agent({ acceptsCalls: () => accepts })
    const alice = await agents.agent()
    expect(await failureOf(alice.invite(orderTo(bob.port), never))).toMatchObject({ status: 404 })
    expect(await alice.ping(`sip:127.0.0.1:${bob.port}`, never)).toMatchObject({ status: 200, reason: 'OK' })
    accepts = false
    expect(await failureOf(alice.invite(orderTo(bob.port), never))).toMatchObject({ status: 503 })
    expect(await alice.ping(`sip:127.0.0.1:${bob.port}`, never)).toMatchObject({ status: 503 })
  })
})
