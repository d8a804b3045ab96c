import { setTimeout as sleep } from 'node:timers/promises'
import { levelDbfs } from '@parley/wire/audio/level'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chooseHttpPort } from '../../src/demo/free-port.ts'
import type { CalleeLine } from '../../src/stand-ins/phone/media-line.ts'
import type { PhoneStandIn } from '../../src/stand-ins/phone/phone-stand-in.ts'
import { openTwilio } from '../../src/stand-ins/twilio/open-twilio.ts'
import { firstSentence, openPlatform, type Platform } from './platform.ts'

/** An account with Twilio as its carrier: the vendor's API dials, its media streams carry the talk. */
const account = { account_sid: `AC${'0'.repeat(31)}1`, auth_token: 'token' }
const ours = '+18005551234'
const callee = '+14155551234'
const greeting = 'Bright Dental, this is Sarah. How can I help you?'
const opened = new AsyncDisposableStack()
let twilio: PhoneStandIn
let platform: Platform
let incomingUrl: string

beforeAll(async () => {
  twilio = opened.use(await openTwilio({ accountSid: account.account_sid, authToken: account.auth_token }))
  const port = await chooseHttpPort(0)
  Object.assign(process.env, {
    TWILIO_URL: twilio.url,
    PARLEY_STREAM_PORT: String(port),
    PARLEY_STREAM_PUBLIC_URL: `http://127.0.0.1:${port}`,
  })
  platform = opened.use(await openPlatform())
  const carrier = { carrier_name: 'Twilio', kind: 'twilio', twilio: account, calls_per_second: 10 }
  const added = await request('POST', '/v1/phone-numbers/carriers', carrier)
  incomingUrl = String(added.incoming_url)
  const [number] = (await request('GET', '/v1/phone-numbers')).data as { id: string }[]
  const inbound_agent = {
    task: 'Answer questions about opening hours of the dental practice.',
    first_sentence: greeting,
    voice: 'alloy',
    webhook_url: platform.house.receiver.url,
  }
  await request('PATCH', `/v1/phone-numbers/${number?.id}`, { inbound_agent })
}, 120_000)

afterAll(async () => {
  await opened.disposeAsync()
  for (const name of ['TWILIO_URL', 'PARLEY_STREAM_PORT', 'PARLEY_STREAM_PUBLIC_URL'])
    delete process.env[name]
}, 60_000)

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

const isLoud = (line: CalleeLine) => levelDbfs(decodeMulaw(line.heard())) > -45

async function untilHeard(line: CalleeLine): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    if (isLoud(line)) return
    await sleep(100)
  }
  throw new Error('nothing was heard')
}

async function untilWritten(id: string): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    const { transcript } = await request('GET', `/v1/calls/${id}`)
    if (Array.isArray(transcript) && transcript.length > 0) return
    await sleep(100)
  }
  throw new Error('nothing was written down')
}

it('a call goes out by Twilio, is talked, recorded and written down', { timeout: 120_000 }, async () => {
  const id = await platform.place(callee)
  const call = await twilio.nextCall()
  expect(call).toMatchObject({ to: callee, from: ours })
  await call.ring()
  const line = await call.answer()
  await untilHeard(line)
  await untilWritten(id)
  await line.hangUp()

  const finished = await platform.finished(id)
  expect(finished.call).toMatchObject({
    status: 'completed',
    call_status: 'completed',
    end_reason: 'callee_hung_up',
    answered_by: 'human',
    external_call_id: call.id,
  })
  expect(firstSentence.startsWith(finished.call.transcript[0]?.text ?? '-')).toBe(true)
  expect(finished.events.map(event => event.type)).toEqual(expect.arrayContaining(['ringing', 'answered']))
  expect(finished.webhook).toMatchObject({ verified: true, event: 'call.completed' })
  expect(finished.recording?.channels).toHaveLength(2)
  expect(finished.recording?.channels.some(side => levelDbfs(side) > -45)).toBe(true)
})

it('a callee who is busy is told as such, and the vendor asked once', { timeout: 60_000 }, async () => {
  const before = twilio.switchboard.calls.length
  const id = await platform.place(callee)
  await (await twilio.nextCall()).refuse('busy')
  const { call } = await platform.finished(id)
  expect(call).toMatchObject({ status: 'failed', call_status: 'busy' })
  expect(twilio.switchboard.calls).toHaveLength(before + 1)
})

it('a call is hung up at the vendor when it is stopped', { timeout: 60_000 }, async () => {
  const id = await platform.place(callee)
  const call = await twilio.nextCall()
  await untilHeard(await call.answer())
  await platform.request('POST', `/v1/calls/${id}/stop`, {})
  await call.hungUp
  expect((await platform.finished(id)).call).toMatchObject({ status: 'cancelled', end_reason: 'stopped' })
})

it('the agent of a number answers a call that Twilio announces', { timeout: 90_000 }, async () => {
  const inbound = await twilio.callIn(incomingUrl, { from: '+14155550177', to: ours })
  if (inbound.type !== 'answered') return expect.fail(inbound.answer)
  await untilHeard(inbound.line)
  const [row] = (await request('GET', '/v1/calls?limit=1')).data as { id: string }[]
  const id = String(row?.id)
  await untilWritten(id)
  await inbound.line.hangUp()

  const { call } = await platform.finished(id)
  expect(call).toMatchObject({
    direction: 'inbound',
    phone_number: ours,
    from_phone_number: '+14155550177',
    status: 'completed',
    end_reason: 'callee_hung_up',
    external_call_id: inbound.call.id,
  })
  expect(greeting.startsWith(call.transcript[0]?.text ?? '-')).toBe(true)
})

it('a number that nobody answers is refused, and a forged announcement not believed', async () => {
  const unknown = await twilio.callIn(incomingUrl, { from: '+14155550177', to: '+18005550000' })
  expect(unknown).toMatchObject({ type: 'refused', answer: expect.stringContaining('<Reject') })
  const form = new URLSearchParams({ CallSid: 'CA1', From: callee, To: ours, Direction: 'inbound' })
  expect((await fetch(incomingUrl, { method: 'POST', body: form })).status).toBe(403)
  const stranger = incomingUrl.replace(/[^/]+$/, '01a208b0-9f78-7a02-a228-53ab7f37aae8')
  expect((await fetch(stranger, { method: 'POST', body: form })).status).toBe(404)
})
