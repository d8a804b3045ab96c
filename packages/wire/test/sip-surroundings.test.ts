import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { TraceLine } from '../src/sip/user-agent.ts'
import { inviteFields } from './peer-call.ts'
import { until } from './loopback.ts'
import { ScriptedPeer } from './scripted-peer.ts'
import { endOf, failureOf, never, offer, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()

describe('protection', () => {
  test('who is not on the list gets no word, while our own calls get their answers', async () => {
    await using stranger = await ScriptedPeer.open()
    const lines: TraceLine[] = []
    const guarded = await agents.agent({
      protection: { allow: ['192.0.2.0/24'] },
      onCall: call => call.reject(486),
      onTrace: line => lines.push(line),
    })
    stranger.towards(guarded.port)
    for (let count = 0; count < 500; count += 1) {
      stranger.ask('INVITE', inviteFields({ 'Call-ID': `flood${count}` }), offer)
      if (count % 50 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    await until(() => guarded.droppedPackets > 400, 'the flood arrived')
    expect([lines.length, stranger.received.length]).toEqual([0, 0])
    const { agent: bob, accepted } = await agents.callee()
    const call = await guarded.invite(orderTo(bob.port), never)
    await (await accepted).bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'remote' })
  })

  test('a busy agent says when to come back', async () => {
    const bob = await agents.agent({ acceptsCalls: () => false })
    const alice = await agents.agent()
    const failure = await failureOf(alice.invite(orderTo(bob.port), never))
    expect(failure.headers.get('retry-after')).toEqual(['10'])
  })

  test('a list that cannot be read opens nothing', async () => {
    await expect(agents.agent({ protection: { allow: ['everybody'] } })).rejects.toThrow(TypeError)
  })
})

test('a refusal tells the cause of the telephone network and the warning', async () => {
  const bob = await agents.agent({
    onCall: call =>
      call.reject(503, 'Out', { Reason: 'Q.850;cause=34;text="No circuit"', Warning: '399 b "full"' }),
  })
  const alice = await agents.agent()
  expect(await failureOf(alice.invite(orderTo(bob.port), never))).toMatchObject({
    status: 503,
    releaseCause: { cause: 34, text: 'No circuit' },
    warnings: [{ code: 399, text: 'full' }],
  })
})

describe('STUN', () => {
  /** Says to everybody that they come from 198.51.100.9:40000, but not before the second question. */
  async function openServer() {
    const socket = createSocket('udp4')
    let asked = 0
    socket.on('message', (request, from) => {
      asked += 1
      if (asked < 2) return
      const attribute = Buffer.from('000100080001000000000000', 'hex')
      attribute.writeUInt16BE(40_000, 6)
      Buffer.from([198, 51, 100, 9]).copy(attribute, 8)
      const head = Buffer.from(request)
      head.writeUInt16BE(0x0101, 0)
      head.writeUInt16BE(attribute.length, 2)
      socket.send(Buffer.concat([head, attribute]), from.port, from.address)
    })
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return { port: socket.address().port, [Symbol.dispose]: () => void socket.close() }
  }

  test('what the server saw stands in Via and Contact', async () => {
    using server = await openServer()
    await using peer = await ScriptedPeer.open()
    const alice = await agents.agent({ stun: { host: '127.0.0.1', port: server.port } })
    const failed = failureOf(alice.invite(orderTo(peer.port), never))
    const invite = await peer.request('INVITE')
    expect(invite.envelope.via).toMatchObject({ host: '198.51.100.9', port: 40_000 })
    expect(invite.headers.get('Contact')).toBe('<sip:198.51.100.9:40000>')
    // Answers go where the packets came from, as a NAT would have it.
    peer.reply(invite, { status: 486 })
    expect(await failed).toMatchObject({ status: 486 })
  })
})

const hasIPv6 = Object.values(networkInterfaces()).some(list => list?.some(one => one.address === '::1'))

describe.skipIf(!hasIPv6)('IPv6', () => {
  test.each(['udp', 'tcp'] as const)('a call over %s', async transport => {
    const { agent: bob, accepted } = await agents.callee({ host: '::1', tcp: { port: 0 } })
    const alice = await agents.agent({ host: '::1', tcp: { port: 0 } })
    const to = `sip:bob@[::1]:${bob.ports[transport]};transport=${transport}`
    const call = await alice.invite(orderTo(0, { to }), never)
    expect(call.dialog.remoteTarget).toContain('sip:[::1]:')
    await (await accepted).bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'remote' })
  })

  test('one socket for both families', async () => {
    const both = await agents.agent({ host: '::', onCall: call => call.reject(486) })
    const old = await agents.agent()
    expect(await failureOf(old.invite(orderTo(both.port), never))).toMatchObject({ status: 486 })
    const { agent: bob } = await agents.callee()
    const call = await both.invite(orderTo(bob.port), never)
    await call.bye(never)
  })
})
