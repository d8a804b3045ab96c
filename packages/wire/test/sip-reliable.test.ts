import { beforeEach, describe, expect, test } from 'vitest'
import type { AnsweredCall, IncomingCall } from '../src/sip/user-agent.ts'
import { inviteFields } from './peer-call.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { answer, endOf, failureOf, never, offer, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

describe('provisional answers that must not be lost, as caller', () => {
  const early = 'v=0\r\ns=early\r\n'
  const reliable = (number: number): [string, string][] => [
    ['Require', '100rel'],
    ['RSeq', String(number)],
  ]

  test('each is acknowledged once and in order; BYE counts on from there', async () => {
    const alice = await agents.agent()
    const told: [number, string | undefined][] = []
    const order = orderTo(peer.port, {
      reliableProgress: true,
      onProgress: ({ status, sdp }) => told.push([status, sdp]),
    })
    const calling = alice.invite(order, never)
    const invite = await peer.request('INVITE')
    expect(invite.headers.list('Supported')).toContain('100rel')
    peer.reply(invite, { status: 183, sdp: early, headers: reliable(7) })
    const first = await peer.request('PRACK')
    expect(first.headers.get('RAck')).toBe('7 1 INVITE')
    expect(first.envelope).toMatchObject({ toTag: 'peer', sequence: 2 })
    peer.reply(first, { status: 200 })
    peer.reply(invite, { status: 183, sdp: early, headers: reliable(7) })
    peer.reply(invite, { status: 180, headers: reliable(9) })
    peer.reply(invite, { status: 180, headers: reliable(8) })
    const second = await peer.request('PRACK')
    expect(second.headers.get('RAck')).toBe('8 1 INVITE')
    peer.reply(second, { status: 200 })
    peer.reply(invite, { status: 200 })
    const call = await calling
    expect((await peer.request('ACK')).envelope.sequence).toBe(1)
    expect(call.remoteSdp).toBe(early)
    expect(told).toEqual([
      [183, early],
      [180, undefined],
    ])
    const over = call.bye(never)
    const bye = await peer.request('BYE')
    expect(bye.envelope.sequence).toBe(4)
    peer.reply(bye, { status: 200 })
    await over
    expect(peer.count('PRACK')).toBe(2)
  })

  test('not offered unless wanted', async () => {
    const alice = await agents.agent()
    const failed = failureOf(alice.invite(orderTo(peer.port), never))
    const invite = await peer.request('INVITE')
    expect(invite.headers.list('Supported')).not.toContain('100rel')
    peer.reply(invite, { status: 486 })
    await failed
  })
})

describe('as callee', () => {
  const required = inviteFields({ Require: '100rel' })

  /** A call that requires acknowledged ringing; what `onCall` does with it. */
  async function ring(onCall: (call: IncomingCall) => void): Promise<void> {
    const agent = await agents.agent({ onCall })
    peer.towards(agent.port).ask('INVITE', required, offer)
  }
  const acknowledge = (
    response: Awaited<ReturnType<ScriptedPeer['response']>>,
    sequence: number,
    number?: string,
  ) => {
    const rack = `${number ?? response.headers.get('RSeq')} 1 INVITE`
    peer.ask('PRACK', {
      ...inviteFields(),
      To: response.headers.get('To') ?? '',
      CSeq: `${sequence} PRACK`,
      RAck: rack,
    })
  }

  test('the next answer waits for the PRACK of the one before', async () => {
    const accepted = Promise.withResolvers<AnsweredCall>()
    await ring(call => {
      call.ring(183, 'v=0\r\ns=early\r\n')
      call.ring()
      call.accept(answer).then(accepted.resolve, accepted.reject)
    })
    const first = await peer.response(183)
    expect(first.headers.get('Require')).toBe('100rel')
    expect((await peer.copyOf(first)).headers.get('RSeq')).toBe(first.headers.get('RSeq'))
    acknowledge(first, 2, '1')
    await peer.response(481, 'PRACK')
    acknowledge(first, 3)
    await peer.response(200, 'PRACK')
    const second = await peer.response(180)
    expect(Number(second.headers.get('RSeq'))).toBe(Number(first.headers.get('RSeq')) + 1)
    acknowledge(second, 4)
    const ok = await peer.response(200, 'INVITE')
    peer.ask('ACK', { 'Call-ID': 'c1', To: ok.headers.get('To') ?? '', CSeq: '1 ACK' })
    const call = await accepted.promise
    const ended = endOf(call)
    peer.ask('BYE', { 'Call-ID': 'c1', To: ok.headers.get('To') ?? '', CSeq: '5 BYE' })
    expect(await ended).toMatchObject({ by: 'remote' })
  })

  test('a caller who never acknowledges is refused, and one who hangs up early is let go', async () => {
    const outcomes: string[] = []
    await ring(call => {
      call.ring()
      call.accept(answer).catch((error: unknown) => outcomes.push(String(error)))
    })
    await peer.response(504)
    expect(outcomes).toEqual(['Error: the call ended while it rang'])
    await ring(call => call.ring())
    const ringing = await peer.response(180)
    peer.ask('BYE', { 'Call-ID': 'c1', To: ringing.headers.get('To') ?? '', CSeq: '2 BYE' })
    await peer.response(487, 'INVITE')
  })
})
