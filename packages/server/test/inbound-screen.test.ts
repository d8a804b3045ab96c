import { knownCodecs } from '@parley/wire/sdp/stream-codecs'
import { type MediaEngine, openMediaEngine } from '@parley/wire/rtp/media-engine'
import { newSrtpKeys } from '@parley/wire/sdp/crypto-line'
import { createOffer } from '@parley/wire/sdp/offer'
import {
  type AnsweredCall,
  InviteFailed,
  openUserAgent,
  type InviteRequest,
  type UserAgent,
} from '@parley/wire/sip/user-agent'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InboundScreen } from '../src/config/inbound-screen.ts'
import { openReception } from '../src/config/reception.ts'
import type { CarrierId, NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { createSealing } from '../src/store/sealing.ts'
import type { Leg } from '../src/telephony/port.ts'
import { englishCatalogue, sharedApi } from './http-api.ts'

/** Who may call in, over real SIP: each loopback address is another neighbour. */
const api = sharedApi()
const opened = new AsyncDisposableStack()
const soon = () => AbortSignal.timeout(10_000)
const proof = { username: 'clinic', password: 'correct horse' }
const numbers = {
  open: '+14155550001',
  proved: '+14155550002',
  registered: '+14155550003',
  nobody: '+14155559999',
}
const token = 'f00f00f00f00'
const legs: Leg[] = []
let parley: UserAgent
let media: MediaEngine
let registeredTrunk: CarrierId
let room = true

beforeAll(async () => {
  const { database } = api()
  media = opened.use(await openMediaEngine({ host: '127.0.0.1' }))
  await addCarrier('127.0.0.2', numbers.open)
  await addCarrier('127.0.0.3', numbers.proved, {
    trunk_type: 'auth',
    registration: proof,
    inbound_auth: true,
  })
  await addCarrier('127.0.0.4', '+14155550004', { gateway: { srtp: true } })
  registeredTrunk = await addCarrier('sip.example.com', numbers.registered, {
    trunk_type: 'reg',
    registration: proof,
  })
  const screen = new InboundScreen({
    database,
    sealing: createSealing(Buffer.alloc(32, 5)),
    settingsUris: [],
    onTrouble: error => expect.fail(String(error)),
  })
  const reception = openReception({
    database,
    catalogue: englishCatalogue,
    nodeId: newId<NodeId>(),
    media,
    mediaHost: '127.0.0.1',
    codecs: knownCodecs,
    screen,
    registrations: { trunkOf: uri => (uri.includes(token) ? registeredTrunk : null) },
    hasRoom: () => room,
    hold: (_call, arrival) => void arrival.answer(soon()).then(leg => legs.push(leg)),
    log: pino({ level: 'silent' }),
  })
  parley = opened.use(await openUserAgent({ host: '127.0.0.1', port: 0, name: 'Parley', onCall: reception }))
})
afterAll(() => opened.disposeAsync())

interface CarrierChange {
  readonly gateway?: object
  readonly [field: string]: unknown
}

async function addCarrier(host: string, number: string, change: CarrierChange = {}) {
  const { gateway = {}, ...more } = change
  const carrier_name = newId()
  const sip_gateway = { host, inbound: true, ...gateway }
  const carrier = await api().send('POST', '/v1/phone-numbers/carriers', {
    body: { carrier_name, sip_gateway, ...more },
  })
  expect(carrier.status).toBe(201)
  const inbound_agent = { task: 'Answer questions about opening hours.' }
  const body = { number, voip_carrier_sid: carrier.body.id, inbound_agent }
  expect((await api().send('POST', '/v1/phone-numbers', { body })).status).toBe(201)
  return carrier.body.id as CarrierId
}

interface Asked extends Partial<InviteRequest> {
  readonly from: string
  readonly secure?: boolean
}

/** What a caller at this address is answered: a status, and 200 for a call that was taken. */
async function callFrom(host: string, number: string, { secure = false, ...more }: Partial<Asked> = {}) {
  await using caller = await openUserAgent({ host, port: 0, name: 'Caller' })
  const address = { host, port: 40_000 }
  const sdp = createOffer({ address, ...(secure ? { srtp: newSrtpKeys() } : {}) })
  const order = {
    to: `sip:${number}@127.0.0.1:${parley.port}`,
    from: `sip:+14155550177@${host}`,
    sdp,
    ringTimeoutMs: 10_000,
    ...more,
  }
  const answer = await caller.invite(order, soon()).catch((error: unknown) => error)
  if (!(answer instanceof InviteFailed)) await (answer as AnsweredCall).bye(soon())
  return answer instanceof InviteFailed ? answer : (answer as AnsweredCall)
}
const statusOf = (answer: InviteFailed | AnsweredCall) =>
  answer instanceof InviteFailed ? answer.status : 200

test('a neighbour that is none of ours is told the same whatever it asks', async () => {
  const answers = await Promise.all(Object.values(numbers).map(number => callFrom('127.0.0.9', number)))
  expect(answers.map(statusOf)).toEqual([403, 403, 403, 403])
})

test('an address is proof enough where its carrier wants no other', async () => {
  expect(statusOf(await callFrom('127.0.0.2', numbers.open))).toBe(200)
  expect(statusOf(await callFrom('127.0.0.2', numbers.nobody))).toBe(404)
})

describe('a carrier whose calls have to prove themselves', () => {
  const from = (number: string, more: Partial<Asked> = {}) => callFrom('127.0.0.3', number, more)

  test('calls with its password', async () => {
    expect(statusOf(await from(numbers.proved, { credentials: proof }))).toBe(200)
    expect(statusOf(await from(numbers.nobody, { credentials: proof }))).toBe(404)
  })

  test('learns nothing without: numbers that exist and others are answered alike', async () => {
    const without = await Promise.all([numbers.proved, numbers.nobody].map(number => from(number)))
    const guess = { credentials: { ...proof, password: 'guess' } }
    const wrong = await Promise.all([numbers.proved, numbers.nobody].map(number => from(number, guess)))
    const other = { credentials: { ...proof, username: 'other' } }
    const unknown = await Promise.all([numbers.proved, numbers.nobody].map(number => from(number, other)))
    const answers = [...without, ...wrong, ...unknown]
    expect(answers.map(statusOf)).toEqual([401, 401, 401, 401, 401, 401])
    const shapes = answers.map(answer =>
      answer instanceof InviteFailed ? [answer.reason, ...answer.headers.keys()].join() : '',
    )
    expect(new Set(shapes).size).toBe(1)
  })
})

test('what came by a registration is known by what was bound, and its number by what was called', async () => {
  const to = `sip:${token}@127.0.0.1:${parley.port}`
  const called = (number: string) => ({
    to,
    headers: { 'P-Called-Party-ID': `<sip:${number}@carrier.test>` },
  })
  expect(statusOf(await callFrom('127.0.0.9', '', called(numbers.registered)))).toBe(200)
  expect(statusOf(await callFrom('127.0.0.9', '', called(numbers.open)))).toBe(404)
})

test('audio that must be encrypted is, or there is no call', async () => {
  expect(statusOf(await callFrom('127.0.0.4', '+14155550004'))).toBe(488)
  const answer = await callFrom('127.0.0.4', '+14155550004', { secure: true })
  expect(answer instanceof InviteFailed ? '' : answer.remoteSdp).toMatch(/m=audio \d+ RTP\/SAVP/)
})

test('where this worker has no room another may have: 503, and when to come back', async () => {
  room = false
  const answer = await callFrom('127.0.0.2', numbers.open).finally(() => (room = true))
  expect(answer).toMatchObject({ status: 503 })
  expect(answer instanceof InviteFailed && answer.headers.get('retry-after')).toEqual(['5'])
})
