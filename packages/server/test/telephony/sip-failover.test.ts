import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type MediaEngine, openMediaEngine } from '@parley/wire/rtp/media-engine'
import { answerOffer } from '@parley/wire/sdp/answer'
import { type IncomingCall, openUserAgent, type UserAgent } from '@parley/wire/sip/user-agent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TrunkId } from '../../src/domain/ids.ts'
import { FailoverCarrier, type Trunk } from '../../src/telephony/failover-carrier.ts'
import type { Leg } from '../../src/telephony/port.ts'
import { testByOptions } from '../../src/telephony/sip/options-test.ts'
import { SipCarrier } from '../../src/telephony/sip/sip-carrier.ts'
import { TrunkWatch } from '../../src/telephony/trunk-watch.ts'

/** Failover between trunks that speak SIP, on the wire and in real time. */
const host = '127.0.0.1'
let opened: AsyncDisposableStack
let media: MediaEngine
let near: UserAgent

beforeEach(async () => {
  opened = new AsyncDisposableStack()
  media = opened.use(await openMediaEngine({ host }))
  near = opened.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
})
afterEach(() => opened.disposeAsync())

/** A trunk that does with calls as told, and counts them. */
async function trunk(onCall: (call: IncomingCall) => void): Promise<{ port: number; calls: () => number }> {
  let calls = 0
  const agent = await openUserAgent({
    host,
    port: 0,
    name: 'Trunk',
    onCall: call => {
      calls += 1
      onCall(call)
    },
  })
  opened.use(agent)
  return { port: agent.port, calls: () => calls }
}

async function pickUp(call: IncomingCall): Promise<void> {
  const { port } = opened.use(await media.openStream(AbortSignal.timeout(5_000)))
  const { sdp } = answerOffer(call.sdp ?? '', { address: { host, port } })
  await call.accept(sdp, AbortSignal.timeout(5_000))
}
const answering = () => trunk(call => void pickUp(call))

async function dial(...ports: number[]): Promise<Leg> {
  const trunks = ports.map((port): Trunk => {
    const uri = `sip:${host}:${port}`
    return {
      id: String(port) as TrunkId,
      carrier: new SipCarrier({
        userAgent: near,
        media,
        mediaHost: host,
        trunk: { uri, credentials: null, srtp: false },
      }),
      probe: async signal => (await testByOptions(near, uri, signal)).ok,
      admit: async () => ({ kind: 'admitted' }),
    }
  })
  const clock = () => performance.now()
  const carrier = new FailoverCarrier({ trunks, watch: new TrunkWatch(clock), clock })
  const order = { to: '+14155551234', from: null, ringTimeoutMs: 10_000, correlationId: 'x' }
  return opened.use(
    await carrier.dial({ ...order, onProgress: () => undefined }, AbortSignal.timeout(15_000)),
  )
}

async function silentSocket(): Promise<Socket> {
  const silent = createSocket('udp4')
  opened.defer(() => void silent.close())
  silent.bind(0, host)
  await once(silent, 'listening')
  return silent
}

test('503: the next trunk gets the call within two seconds', async () => {
  const down = await trunk(call => call.reject(503))
  const up = await answering()
  const startedAt = performance.now()
  await dial(down.port, up.port)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
  expect([down.calls(), up.calls()]).toEqual([1, 1])
})

test.each([486, 603, 404, 608, 500])('%i is the last word', async status => {
  const first = await trunk(call => call.reject(status))
  const second = await answering()
  await expect(dial(first.port, second.port)).rejects.toMatchObject({ code: status })
  expect([first.calls(), second.calls()]).toEqual([1, 0])
})

test('a silent trunk costs four seconds; when it wakes up late it is told to ring nobody', async () => {
  const silent = await silentSocket()
  const invite = once(silent, 'message')
  const up = await answering()
  const startedAt = performance.now()
  await dial(silent.address().port, up.port)
  const tookMs = performance.now() - startedAt
  expect(tookMs).toBeGreaterThan(3_900)
  expect(tookMs).toBeLessThan(6_000)

  const [bytes, from] = (await invite) as [Buffer, { port: number }]
  const fields = bytes
    .toString()
    .split('\r\n')
    .filter(line => /^(Via|From|To|Call-ID|CSeq):/i.test(line))
    .map(line => (line.startsWith('To:') ? `${line};tag=late` : line))
  const cancelled = new Promise<void>(done => {
    silent.on('message', late => {
      if (late.toString().startsWith('CANCEL')) done()
    })
  })
  silent.send(`SIP/2.0 180 Ringing\r\n${fields.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`, from.port, host)
  await cancelled
  expect(up.calls()).toBe(1)
})
