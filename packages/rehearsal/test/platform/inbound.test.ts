import { setTimeout as sleep } from 'node:timers/promises'
import { levelDbfs } from '@parley/wire/audio/level'
import { type MediaEngine, openMediaEngine } from '@parley/wire/rtp/media-engine'
import { readAnswer } from '@parley/wire/sdp/answer'
import { createOffer } from '@parley/wire/sdp/offer'
import {
  type AnsweredCall,
  type InviteFailed,
  openUserAgent,
  type UserAgent,
} from '@parley/wire/sip/user-agent'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createParleyApi } from '../../src/demo/parley-api.ts'
import { openPlatform, type Platform } from './platform.ts'

/** People call the platform: from the carrier's address, and from one that nobody knows. */
const ours = '+18005551234'
const greeting = 'Bright Dental, this is Sarah. How can I help you?'
const opened = new AsyncDisposableStack()
let platform: Platform
let media: MediaEngine
let carrier: UserAgent
let stranger: UserAgent

beforeAll(async () => {
  process.env.SIP_TRUNK_MAX_CALLS = '1'
  platform = opened.use(await openPlatform())
  media = opened.use(await openMediaEngine({ host: '127.0.0.1' }))
  carrier = opened.use(await openUserAgent({ host: '127.0.0.1', port: 0, name: 'Carrier' }))
  stranger = opened.use(await openUserAgent({ host: '127.0.0.2', port: 0, name: 'Stranger' }))
  const list = await request('GET', '/v1/phone-numbers')
  const [number] = list.data as { id: string }[]
  await request('PATCH', `/v1/phone-numbers/${number?.id}`, {
    inbound_agent: {
      task: 'Answer questions about opening hours of the dental practice.',
      first_sentence: greeting,
      voice: 'alloy',
      webhook_url: platform.house.receiver.url,
      metadata: { desk: 'reception' },
    },
  })
  await untilTaken()
}, 120_000)

afterAll(() => opened.disposeAsync(), 60_000)

/** A worker that starts says 503, as to a load balancer. */
async function untilTaken(): Promise<void> {
  const { host, port } = platform.house.sip
  for (let look = 0; look < 600; look += 1) {
    const { status } = await carrier.ping(`sip:${host}:${port}`, AbortSignal.timeout(60_000))
    if (status === 200) return
    await sleep(100)
  }
  throw new Error('the worker takes no calls')
}

async function request(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${platform.house.adminKey}`, 'content-type': 'application/json' }
  const answer = await fetch(platform.house.baseUrl + path, {
    method,
    headers,
    body: JSON.stringify(body) ?? null,
  })
  expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true)
  return (await answer.json()) as Record<string, unknown>
}

interface Calling {
  readonly call: AnsweredCall
  /** The loudest 20 ms so far, in dBFS. */
  readonly loudest: () => number
}

async function callIn(number: string, from: UserAgent = carrier): Promise<Calling> {
  const stream = opened.use(await media.openStream(AbortSignal.timeout(5_000)))
  const offer = createOffer({ address: { host: stream.host, port: stream.port } })
  const { host, port } = platform.house.sip
  const order = {
    to: `sip:${number}@${host}:${port}`,
    from: 'sip:+14155550177@127.0.0.1',
    ringTimeoutMs: 30_000,
  }
  const call = opened.use(await from.invite({ ...order, sdp: offer }, AbortSignal.timeout(30_000)))
  let loudest = -100
  stream.onFrame(frame => {
    loudest = Math.max(loudest, levelDbfs(decode(frame)))
  })
  stream.start(readAnswer(offer, call.remoteSdp))
  return { call, loudest: () => loudest }
}

/** µ-law (G.711) as 16-bit samples. */
function decode(frame: Uint8Array): Int16Array {
  return Int16Array.from(frame, byte => {
    const bits = ~byte & 0xff
    const magnitude = (((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)
    return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84
  })
}

const refusal = (calling: Promise<unknown>) =>
  calling.then(
    () => 'answered',
    (error: InviteFailed) => error.status,
  )

it('the agent of a number answers, talks and is recorded as on a call of its own', {
  timeout: 90_000,
}, async () => {
  const { call, loudest } = await callIn(ours)
  const [row] = (await request('GET', '/v1/calls?limit=1')).data as { id: string }[]
  const id = String(row?.id)
  const busy = await refusal(callIn(ours))
  const events = createParleyApi(platform.house.baseUrl, platform.house.adminKey)
  for await (const event of events.follow(id, AbortSignal.timeout(60_000)))
    if (event.type === 'transcript') break
  await call.bye(AbortSignal.timeout(5_000))

  const finished = await platform.finished(id)
  expect(busy).toBe(486)
  expect(loudest()).toBeGreaterThan(-45)
  expect(finished.call).toMatchObject({
    direction: 'inbound',
    phone_number: ours,
    from_phone_number: '+14155550177',
    status: 'completed',
    call_status: 'completed',
    end_reason: 'callee_hung_up',
    external_call_id: call.callId,
    metadata: { desk: 'reception' },
  })
  expect(greeting.startsWith(finished.call.transcript[0]?.text ?? '-')).toBe(true)
  expect(finished.webhook).toMatchObject({ verified: true, event: 'call.completed' })
  expect(finished.recording?.channels).toHaveLength(2)
  expect(finished.events.map(event => event.type).slice(0, 2)).toEqual(['ringing', 'answered'])
})

it('when the call is over there is room for the next', { timeout: 60_000 }, async () => {
  const { call } = await callIn(ours.slice(1))
  await call.bye(AbortSignal.timeout(5_000))
})

it('a number that nobody answers is unknown', async () => {
  expect(await refusal(callIn('+18005550000'))).toBe(404)
})

it('strangers are refused alike, whatever number they try', async () => {
  expect(await refusal(callIn(ours, stranger))).toBe(403)
  expect(await refusal(callIn('+18005550000', stranger))).toBe(403)
})

it('a caller who gives up while it rings leaves a call that was not reached', {
  timeout: 60_000,
}, async () => {
  await untilNobodyTalks()
  const giveUp = new AbortController()
  const { host, port } = platform.house.sip
  const order = {
    to: `sip:${ours}@${host}:${port}`,
    from: 'sip:+14155550178@127.0.0.1',
    ringTimeoutMs: 30_000,
  }
  const sdp = createOffer({ address: { host: '127.0.0.1', port: 4_000 } })
  const calling = carrier.invite({ ...order, sdp, onProgress: () => giveUp.abort() }, giveUp.signal)
  expect(await refusal(calling)).toBe(0)
  for (let look = 0; look < 100; look += 1) {
    const [row] = (await request('GET', '/v1/calls?limit=1')).data as Record<string, unknown>[]
    if (row?.from_phone_number === '+14155550178' && row.end_at !== null) {
      return expect(['failed', 'completed']).toContain(row.status)
    }
    await sleep(100)
  }
  expect.fail('the call did not end')
})

/** A call that has just ended holds its place until its row says so. */
async function untilNobodyTalks(): Promise<void> {
  for (let look = 0; look < 100; look += 1) {
    const talking = (await request('GET', '/v1/calls?status=in_progress')).data as unknown[]
    if (talking.length === 0) return
    await sleep(100)
  }
  expect.fail('a call went on')
}
