import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readAnswer } from '../src/sdp/answer.ts'
import { createOffer } from '../src/sdp/offer.ts'
import { standardTimings } from '../src/sip/transaction/timings.ts'
import type { IncomingCall } from '../src/sip/user-agent.ts'
import { lossyTransport } from './lossy-transport.ts'
import { program } from './program.ts'
import { Sipp } from './sipp-program.ts'
import { endOf, failureOf, never, orderTo, testAgents } from './test-agents.ts'

const path = program('sipp')
const challenge = fileURLToPath(new URL('./sipp/uas-challenge.xml', import.meta.url))
const sdp = createOffer({ address: { host: '127.0.0.1', port: 40_000 } })

const agents = testAgents()

describe.skipIf(path === undefined)('SIPp', () => {
  const caller = (...args: string[]): Promise<Sipp> => Sipp.start({ path: path ?? '', args })
  const callee = async (...args: string[]): Promise<Sipp> => {
    const sipp = await Sipp.start({ path: path ?? '', args })
    expect(await sipp.listening()).toBe(true)
    return sipp
  }
  const agent = (more = {}) => agents.agent({ timings: standardTimings, ...more })

  test('challenges our INVITE, picks up, and gets ACK and BYE', async () => {
    await using sipp = await callee('-sf', challenge, '-m', '1')
    const rung: number[] = []
    const alice = await agent()
    const order = orderTo(sipp.port, {
      sdp,
      credentials: { username: 'trunk', password: 'correct horse' },
      onProgress: ({ status }) => rung.push(status),
    })
    const call = await alice.invite(order, never)
    expect(rung).toEqual([180])
    expect(readAnswer(sdp, call.remoteSdp)).toMatchObject({
      codec: { name: 'PCMA', payloadType: 8 },
      telephoneEvent: 101,
    })
    await call.bye(never)
    expect(await sipp.exit, sipp.output).toBe(0)
  })

  test('refuses a wrong password', async () => {
    await using sipp = await callee('-sf', challenge, '-m', '1')
    const alice = await agent()
    const order = orderTo(sipp.port, { sdp, credentials: { username: 'trunk', password: 'wrong' } })
    expect(await failureOf(alice.invite(order, never))).toMatchObject({ kind: 'rejected', status: 403 })
  })

  test('answers twenty calls of ours, every fifth packet of which is lost', async () => {
    await using sipp = await callee('-sn', 'uas')
    let sent = 0
    const alice = await agent({ openTransport: lossyTransport(() => (sent += 1) % 5 === 0) })
    const calls = await Promise.all(
      Array.from({ length: 20 }, () => alice.invite(orderTo(sipp.port, { sdp }), never)),
    )
    await Promise.all(calls.map(call => call.bye(never)))
    // SIPp's own verdict does not count here: it takes an ACK that was overtaken by BYE for a fault.
    expect(agents.faults).toEqual([])
  })

  test('calls us twenty times, and hangs up', async () => {
    const ended: Promise<unknown>[] = []
    const bob = await agent({
      onCall: (incoming: IncomingCall) => {
        incoming.ring()
        void incoming.accept(sdp).then(call => ended.push(endOf(call)))
      },
    })
    await using sipp = await caller(
      '-sn',
      'uac',
      '-m',
      '20',
      '-r',
      '20',
      '-d',
      '100',
      `127.0.0.1:${bob.port}`,
    )
    expect(await sipp.exit, sipp.output).toBe(0)
    expect(ended).toHaveLength(20)
    await Promise.all(ended)
  })
})
