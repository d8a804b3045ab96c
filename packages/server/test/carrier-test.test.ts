import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { PhoneStandIn } from '@parley/rehearsal/stand-ins/phone/phone-stand-in'
import { openRegistrar } from '@parley/rehearsal/stand-ins/registrar/open-registrar'
import { openTwilio } from '@parley/rehearsal/stand-ins/twilio/open-twilio'
import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { openUserAgent } from '@parley/wire/sip/user-agent'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { openStreamLines } from '../src/config/stream-lines.ts'
import { Trunks } from '../src/config/trunks.ts'
import { openJobs } from '../src/store/jobs.ts'
import { createSealing } from '../src/store/sealing.ts'
import { sharedApi } from './http-api.ts'

/** The API asks, and a worker with a SIP socket of its own carries the question to the carrier. */
const api = sharedApi()
const opened = new AsyncDisposableStack()
const host = '127.0.0.1'

const twilio = { account_sid: `AC${'0'.repeat(31)}1`, auth_token: 'token' }
let standIn: PhoneStandIn

beforeAll(async () => {
  const { database } = api()
  const jobs = opened.use(await openJobs(database))
  const media = opened.use(await openMediaEngine({ host }))
  const userAgent = opened.use(await openUserAgent({ host, port: 0, tcp: { port: 0 }, name: 'Parley' }))
  const sealing = createSealing(Buffer.alloc(32, 5))
  standIn = opened.use(await openTwilio({ accountSid: twilio.account_sid, authToken: twilio.auth_token }))
  const streams = opened.use(
    await openStreamLines(readConfig({ TWILIO_URL: standIn.url }), {
      database,
      sealing,
      reception: { open: null },
      onTrouble: () => undefined,
    }),
  )
  const trunks = new Trunks({
    database,
    sealing,
    userAgent,
    media,
    mediaHost: host,
    settings: null,
    streams,
  })
  await jobs.work('carrier-test', ({ testId }) => trunks.test(testId))
})
afterAll(() => opened.disposeAsync())

async function testAt(port: number, { key = api().key, transport = 'udp' } = {}) {
  const body = { carrier_name: `${transport} ${port}`, sip_gateway: { ipv4: host, port, transport } }
  const carrier = await api().send('POST', '/v1/phone-numbers/carriers', { body })
  return await api().send('POST', `/v1/phone-numbers/carriers/${carrier.body.id}/test`, { key })
}

test('a carrier that answers', async () => {
  const carrier = opened.use(await openUserAgent({ host, port: 0, name: 'Carrier' }))
  expect(await testAt(carrier.port)).toMatchObject({
    status: 200,
    body: {
      ok: true,
      method: 'OPTIONS',
      status: 200,
      reason: 'OK',
      round_trip_ms: expect.any(Number),
      detail: null,
    },
  })
})

test('a carrier that is asked over TCP', async () => {
  const seen: string[] = []
  const carrier = await openUserAgent({
    host,
    port: 0,
    tcp: { port: 0 },
    name: 'Carrier',
    onTrace: line => seen.push(line.text),
  })
  opened.use(carrier)
  const { body } = await testAt(carrier.ports.tcp ?? 0, { transport: 'tcp' })
  expect(body).toMatchObject({ ok: true, status: 200 })
  expect(seen[0]).toMatch(/^OPTIONS [^]*Via: SIP\/2.0\/TCP/)
})

test('a carrier that is out of service', async () => {
  const carrier = opened.use(
    await openUserAgent({ host, port: 0, name: 'Carrier', acceptsCalls: () => false }),
  )
  const { body } = await testAt(carrier.port)
  expect(body).toMatchObject({ ok: false, status: 503, detail: expect.stringContaining('no calls now') })
})

test('silence is told as such, within ten seconds', { timeout: 30_000 }, async () => {
  const silent = createSocket('udp4')
  opened.defer(() => void silent.close())
  silent.bind(0, host)
  await once(silent, 'listening')
  const { status, body } = await testAt(silent.address().port)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    ok: false,
    status: null,
    detail: expect.stringContaining('Nothing came back'),
  })
})

test("another account's carrier is none", async () => {
  const { key } = await api().stranger()
  expect((await testAt(1, { key })).status).toBe(404)
})

async function testTwilio(account: object) {
  const body = { carrier_name: JSON.stringify(account), kind: 'twilio', twilio: { ...twilio, ...account } }
  const carrier = await api().send('POST', '/v1/phone-numbers/carriers', { body })
  return await api().send('POST', `/v1/phone-numbers/carriers/${carrier.body.id}/test`)
}

test('a vendor that knows the account', async () => {
  expect(await testTwilio({})).toMatchObject({
    status: 200,
    body: { ok: true, method: 'GET', status: 200, round_trip_ms: expect.any(Number), detail: null },
  })
})

test('a vendor that refuses the credentials', async () => {
  const { body } = await testTwilio({ auth_token: 'wrong' })
  expect(body).toMatchObject({ ok: false, status: 401, detail: expect.stringContaining('credentials') })
})

async function testRegistration(port: number, registration: object) {
  const body = {
    carrier_name: JSON.stringify([port, registration]),
    sip_gateway: { ipv4: host, port },
    trunk_type: 'reg',
    registration,
  }
  const carrier = await api().send('POST', '/v1/phone-numbers/carriers', { body })
  return (await api().send('POST', `/v1/phone-numbers/carriers/${carrier.body.id}/test`)).body
}

test('a registrar is asked with REGISTER, and nothing is bound', async () => {
  const account = { username: 'clinic', password: 'correct horse' }
  const registrar = opened.use(await openRegistrar(account))
  expect(await testRegistration(registrar.port, account)).toMatchObject({
    ok: true,
    method: 'REGISTER',
    status: 200,
    reason: 'OK',
    detail: null,
  })
  expect([registrar.granted, registrar.bindings.length]).toEqual([1, 0])
  expect(await testRegistration(registrar.port, { ...account, password: 'guess' })).toMatchObject({
    ok: false,
    method: 'REGISTER',
    status: 403,
    detail: expect.stringContaining('password'),
  })
})
