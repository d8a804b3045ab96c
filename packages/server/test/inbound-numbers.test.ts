import { createCarrierSchema } from '@parley/contract/carriers'
import { inboundAgentSchema } from '@parley/contract/phone-numbers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccountId, CarrierId, NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { planInboundCall } from '../src/intake/receive-call.ts'
import { settingsTrunk } from '../src/store/admission.ts'
import { insertCarrier } from '../src/store/carriers.ts'
import type { Database } from '../src/store/database.ts'
import { findAnsweredNumber, inboundCarriers } from '../src/store/inbound-numbers.ts'
import { insertNumber } from '../src/store/phone-numbers.ts'
import { createSealing } from '../src/store/sealing.ts'
import { testAccount } from './accounts.ts'
import { englishCatalogue } from './http-api.ts'
import { testDatabase } from './postgres.ts'

/** Two accounts behind the same carrier's address, and what each may answer. */
const opened = new AsyncDisposableStack()
const shared = '192.0.2.10'
const own = '192.0.2.20'
const agent = inboundAgentSchema.parse({ task: 'Answer questions about opening hours.' })
let database: Database
let first: AccountId
let second: AccountId
let firstShared: CarrierId
let firstOwn: CarrierId
let secondShared: CarrierId

beforeAll(async () => {
  database = opened.use(await testDatabase()).database
  first = await testAccount(database)
  second = await testAccount(database)
  firstShared = await carrier(first, { ipv4: shared, inbound: true })
  firstOwn = await carrier(first, { ipv4: own, inbound: true }, { max_concurrent_calls: 1 })
  secondShared = await carrier(second, { ipv4: shared, inbound: true })
  await carrier(second, { ipv4: '192.0.2.30' })
  await number(first, '+14155550001')
  await number(second, '+14155550002')
  await number(first, '+14155550003', { carrierId: firstOwn })
  await number(first, '+14155550004', { inboundAgent: null })
  await number(first, '+14155550005')
  await number(second, '+14155550005')
})
afterAll(() => opened.disposeAsync())

async function carrier(account: AccountId, sip_gateway: object, limits: object = {}): Promise<CarrierId> {
  const body = createCarrierSchema.parse({ carrier_name: newId(), sip_gateway, ...limits })
  const sealing = createSealing(Buffer.alloc(32, 1))
  const row = await database.kysely
    .transaction()
    .execute(trx => insertCarrier(trx, { account, carrier: body, sealing }))
  if (row === null) throw new Error('the carrier was not added')
  return row.id
}

async function number(account: AccountId, text: string, other: object = {}): Promise<void> {
  const settings = { label: null, carrierId: null, inboundAgent: agent, inboundAgentId: null, ...other }
  await database.kysely.transaction().execute(trx => insertNumber(trx, { account, number: text, settings }))
}

/** Over the carriers at an address. */
const answeredAt = async (text: string, source: string, isSettingsTrunk = false) => {
  const carriers = (await inboundCarriers(database)).filter(one => one.host === source).map(one => one.id)
  return await findAnsweredNumber(database, { number: text, carriers, isSettingsTrunk })
}

const found = async (text: string, source: string, isSettingsTrunk = false) => {
  const answered = await answeredAt(text, source, isSettingsTrunk)
  return answered && [answered.account, answered.trunk]
}

test('calls are taken from the addresses of inbound carriers', async () => {
  const hosts = (await inboundCarriers(database)).map(one => one.host)
  expect(hosts.toSorted((a, b) => a.localeCompare(b))).toEqual([shared, shared, own])
})

describe('a number that is called', () => {
  test('is answered by the account that has it behind that address', async () => {
    expect(await found('+14155550001', shared)).toEqual([first, firstShared])
    expect(await found('+14155550002', shared)).toEqual([second, secondShared])
  })

  test('is not reached from an address where its account has no carrier', async () => {
    expect(await found('+14155550002', own)).toBeNull()
    expect(await found('+14155550001', '203.0.113.1')).toBeNull()
  })

  test('that belongs to a carrier is reached by that one alone', async () => {
    expect(await found('+14155550003', own)).toEqual([first, firstOwn])
    expect(await found('+14155550003', shared)).toBeNull()
    expect(await found('+14155550003', '203.0.113.1', true)).toBeNull()
  })

  test('without an agent is answered by nobody', async () => {
    expect(await found('+14155550004', shared)).toBeNull()
  })

  test('that two accounts named belongs to the first', async () => {
    expect(await found('+14155550005', shared)).toEqual([first, firstShared])
  })

  test('is reached by the trunk of the settings, too', async () => {
    expect(await found('+14155550001', '203.0.113.1', true)).toEqual([first, settingsTrunk])
  })
})

test('a call that comes in takes a place on its trunk, and none is given twice', async () => {
  const deps = { database, catalogue: () => englishCatalogue, nodeId: newId() as NodeId }
  const answered = await answeredAt('+14155550003', own)
  if (answered === null) throw new Error('nobody answers')
  const ringing = { number: answered, to: '+14155550003', from: '+14155550177', providerCallId: 'a' }
  const taken = await Promise.all([1, 2, 3].map(() => planInboundCall(deps, ringing)))
  const calls = taken.filter(call => call !== null)
  expect(calls).toHaveLength(1)
  expect(calls[0]).toMatchObject({ trunk: firstOwn, plan: { direction: 'inbound', accountId: first } })
  const rows = await database.kysely.selectFrom('calls').selectAll().execute()
  expect(rows).toMatchObject([
    {
      direction: 'inbound',
      status: 'in_progress',
      phone_number: '+14155550003',
      from_number: '+14155550177',
      provider_call_id: 'a',
      attempt: 0,
    },
  ])
})
