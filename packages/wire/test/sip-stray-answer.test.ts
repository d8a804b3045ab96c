import { beforeEach, expect, test } from 'vitest'
import { until } from './loopback.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { answer, never, orderTo, testAgents } from './test-agents.ts'

// A process dies while a phone rings, and another one takes its address: the callee picks up to nobody.

const agents = testAgents()
let callee: ScriptedPeer

beforeEach(async () => {
  callee = await agents.peer()
})

/** An INVITE of an agent that is gone, and its successor at the same port. */
async function ringAndDie() {
  const dead = await agents.agent()
  const { port } = dead
  const calling = dead.invite(orderTo(callee.port), never).catch(() => undefined)
  const invite = await callee.request('INVITE')
  // Closing says nothing to the callee, who has not said that it rings.
  await dead[Symbol.asyncDispose]()
  await calling
  const successor = await agents.agent({ port })
  return { invite, successor }
}

test('an answer to a call that nobody knows is acknowledged and hung up on', async () => {
  const { invite } = await ringAndDie()
  const route: [string, string] = ['Record-Route', `<sip:127.0.0.1:${callee.port};lr>`]
  const pickUp = (): void => callee.reply(invite, { status: 200, sdp: answer, headers: [route] })
  pickUp()
  const ack = await callee.request('ACK')
  expect(ack.envelope).toMatchObject({ callId: invite.envelope.callId, sequence: 1, toTag: 'peer' })
  expect([ack.uri, ack.headers.get('Route')]).toEqual([`sip:peer@127.0.0.1:${callee.port}`, route[1]])
  const bye = await callee.request('BYE')
  expect(bye.envelope).toMatchObject({ callId: invite.envelope.callId, sequence: 2, toTag: 'peer' })
  callee.reply(bye, { status: 200 })
  // The ACK was lost: its copy gets another, and no second BYE.
  pickUp()
  await callee.request('ACK')
  expect(callee.count('BYE')).toBe(1)
})

test('an answer that is not ours, or says no, or is of a live call, is left alone', async () => {
  const { invite, successor } = await ringAndDie()
  const via = `${invite.headers.get('Via')}`
  const elsewhere = {
    ...invite,
    headers: invite.headers.copy().set('Via', via.replace('127.0.0.1', '127.0.0.9')),
  }
  callee.reply(elsewhere, { status: 200, sdp: answer })
  callee.reply(invite, { status: 180 })
  callee.reply(invite, { status: 486 })
  const living = successor.invite(orderTo(callee.port), never)
  const second = await callee.request('INVITE')
  callee.reply(second, { status: 200, sdp: answer })
  const call = await living
  await callee.request('ACK')
  expect(callee.received.filter(one => one.kind === 'request' && one.method === 'BYE')).toEqual([])
  callee.farewell()
  await call.bye(never)
})

test('a flood of answers is not answered without end', async () => {
  const { invite } = await ringAndDie()
  for (let tag = 0; tag < 200; tag += 1) callee.reply(invite, { status: 200, sdp: answer, tag: `fork${tag}` })
  await until(() => callee.countPackets('ACK') >= 50, 'the first ones were acknowledged')
  callee.reply(invite, { status: 200, sdp: answer, tag: 'fork0' })
  await until(() => callee.countPackets('ACK') > 50, 'a copy of the first was too')
  expect(callee.countPackets('ACK')).toBe(51)
})
