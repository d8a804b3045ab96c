import { afterEach, describe, expect, test } from 'vitest'
import type { AnsweredCall, CallEnd } from './call/answered-call.ts'
import type { IncomingCall } from './call/incoming-call.ts'
import {
  InviteFailed,
  openUserAgent,
  type InviteRequest,
  type UserAgent,
  type UserAgentOptions,
} from './user-agent.ts'

const open: UserAgent[] = []
const faults: unknown[] = []
const never = new AbortController().signal

async function agent(options: Partial<UserAgentOptions> = {}): Promise<UserAgent> {
  const one = await openUserAgent({
    host: '127.0.0.1',
    port: 0,
    name: 'test',
    timings: { t1Ms: 50, t2Ms: 200, t4Ms: 200 },
    onFault: error => faults.push(error),
    ...options,
  })
  open.push(one)
  return one
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(one => one[Symbol.asyncDispose]()))
  expect(faults.splice(0)).toEqual([])
})

const order = (callee: UserAgent, more: Partial<InviteRequest> = {}): InviteRequest => ({
  to: `sip:bob@127.0.0.1:${callee.port}`,
  from: 'sip:alice@127.0.0.1',
  fromName: 'Alice "A" Smith',
  sdp: 'v=0\r\ns=offer\r\n',
  ringTimeoutMs: 5_000,
  ...more,
})

const endOf = (call: AnsweredCall): Promise<CallEnd> => new Promise(resolve => call.onEnd(resolve))

const failure = (promise: Promise<unknown>): Promise<InviteFailed> =>
  promise.then(
    () => expect.fail('the call was established'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(InviteFailed)
      return error as InviteFailed
    },
  )

/** A callee that accepts everything, and the calls it accepted. */
async function callee(): Promise<{ agent: UserAgent; accepted: Promise<AnsweredCall> }> {
  const { promise, resolve, reject } = Promise.withResolvers<AnsweredCall>()
  const one = await agent({
    onCall: call => {
      call.ring()
      call.accept('v=0\r\ns=answer\r\n').then(resolve, reject)
    },
  })
  return { agent: one, accepted: promise }
}

describe('two agents on loopback', () => {
  test('ring, answer, and the caller hangs up', async () => {
    const rung: number[] = []
    const { agent: bob, accepted } = await callee()
    const alice = await agent()
    const call = await alice.invite(order(bob, { onProgress: ({ status }) => rung.push(status) }), never)
    const theirs = await accepted
    expect(rung).toEqual([180])
    expect(call.remoteSdp).toBe('v=0\r\ns=answer\r\n')
    expect(theirs.remoteSdp).toBe('v=0\r\ns=offer\r\n')
    expect(theirs.callId).toBe(call.callId)
    const ended = endOf(theirs)
    await call.bye(never, { Reason: 'Q.850;cause=16' })
    expect(await ended).toEqual({ by: 'remote', reason: 'Q.850;cause=16' })
    expect(await endOf(call)).toMatchObject({ by: 'local' })
  })

  test('the callee hangs up', async () => {
    const { agent: bob, accepted } = await callee()
    const alice = await agent()
    const call = await alice.invite(order(bob), never)
    await (await accepted).bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'remote' })
  })

  test('a refusal carries status, reason and headers', async () => {
    const bob = await agent({ onCall: call => call.reject(486, 'Busy Here', { 'Retry-After': '30' }) })
    const alice = await agent()
    const error = await failure(alice.invite(order(bob), never))
    expect(error).toMatchObject({ kind: 'rejected', status: 486, reason: 'Busy Here' })
    expect(error.headers.get('retry-after')).toEqual(['30'])
  })

  test('aborting while it rings sends CANCEL', async () => {
    const incoming = Promise.withResolvers<IncomingCall>()
    const bob = await agent({
      onCall: call => {
        call.ring()
        incoming.resolve(call)
      },
    })
    const alice = await agent()
    const giveUp = new AbortController()
    const error = failure(alice.invite(order(bob, { onProgress: () => giveUp.abort() }), giveUp.signal))
    const call = await incoming.promise
    await new Promise(resolve => call.cancelled.addEventListener('abort', resolve))
    expect(await error).toMatchObject({ kind: 'cancelled', status: 0 })
    await expect(call.accept('v=0\r\n')).rejects.toThrow('caller gave up')
  })

  test('nobody picks up: ring_timeout, and the callee hears of it', async () => {
    const incoming = Promise.withResolvers<IncomingCall>()
    const bob = await agent({
      onCall: call => {
        call.ring(183, 'v=0\r\ns=early\r\n')
        incoming.resolve(call)
      },
    })
    const alice = await agent()
    const early: (string | undefined)[] = []
    const error = failure(
      alice.invite(order(bob, { ringTimeoutMs: 100, onProgress: ({ sdp }) => early.push(sdp) }), never),
    )
    const call = await incoming.promise
    await new Promise(resolve => call.cancelled.addEventListener('abort', resolve))
    expect(await error).toMatchObject({ kind: 'ring_timeout' })
    expect(early).toEqual(['v=0\r\ns=early\r\n'])
  })

  test('without onCall 404, while draining 503', async () => {
    let accepts = true
    const bob = await agent({ acceptsCalls: () => accepts })
    const alice = await agent()
    expect(await failure(alice.invite(order(bob), never))).toMatchObject({ status: 404 })
    expect(await alice.ping(`sip:127.0.0.1:${bob.port}`, never)).toMatchObject({ status: 200, reason: 'OK' })
    accepts = false
    expect(await failure(alice.invite(order(bob), never))).toMatchObject({ status: 503 })
    expect(await alice.ping(`sip:127.0.0.1:${bob.port}`, never)).toMatchObject({ status: 503 })
  })
})
