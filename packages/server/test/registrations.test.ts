import { type Registrar, openRegistrar } from '@parley/rehearsal/stand-ins/registrar/open-registrar'
import { openUserAgent, type UserAgent } from '@parley/wire/sip/user-agent'
import { sql } from 'kysely'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { openRegistrations } from '../src/config/registrations.ts'
import type { CarrierId, NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { joinNodes, leaveNodes, markDraining } from '../src/store/nodes.ts'
import { createSealing } from '../src/store/sealing.ts'
import type { Registrations } from '../src/telephony/sip/registrations.ts'
import { sharedApi } from './http-api.ts'

/** Workers, each with a socket and a node of its own, and one carrier that they register with. */
const api = sharedApi()
const opened = new AsyncDisposableStack()
afterAll(() => opened.disposeAsync())

const host = '127.0.0.1'
const account = { username: 'clinic', password: 'correct horse' }
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 50 })
let registrar: Registrar

beforeEach(async () => {
  registrar = await openRegistrar(account)
  onTestFinished(() => registrar[Symbol.asyncDispose]())
})

async function addTrunk(change: object = {}): Promise<CarrierId> {
  const { body } = await api().send('POST', '/v1/phone-numbers/carriers', {
    body: {
      carrier_name: newId(),
      sip_gateway: { host, port: registrar.port, inbound: true },
      trunk_type: 'reg',
      registration: account,
      ...change,
    },
  })
  return body.id
}

const carrierNow = async (id: CarrierId) =>
  (await api().send('GET', `/v1/phone-numbers/carriers/${id}`)).body.registration

interface Worker {
  readonly nodeId: NodeId
  readonly userAgent: UserAgent
  readonly registrations: Registrations
  /** As by kill -9: says nothing to anybody, and its lease runs out. */
  kill(): Promise<void>
}

async function openWorker(isDraining = () => false): Promise<Worker> {
  const { database } = api()
  const open = opened.use(new AsyncDisposableStack())
  const nodeId = newId<NodeId>()
  await joinNodes(database, nodeId)
  open.defer(() => leaveNodes(database, nodeId))
  const userAgent = await openUserAgent({ host, port: 0, name: 'Parley' })
  open.use(userAgent)
  const registrations = openRegistrations({
    database,
    nodeId,
    userAgent,
    sealing: createSealing(Buffer.alloc(32, 5)),
    draining: isDraining,
    onTrouble: error => expect.fail(String(error)),
  })
  open.use(registrations)
  onTestFinished(() => open.disposeAsync())
  return {
    nodeId,
    userAgent,
    registrations,
    async kill() {
      registrar.refuseWith(500)
      await registrations[Symbol.asyncDispose]()
      registrar.refuseWith(null)
      const ago = sql<Date>`now() - interval '1 second'`
      await database.kysely.updateTable('nodes').set({ lease_until: ago }).where('id', '=', nodeId).execute()
    },
  }
}

test('one of several workers registers a trunk, and the API tells how it stands', async () => {
  const workers = await Promise.all([openWorker(), openWorker(), openWorker()])
  const id = await addTrunk()
  await until(() => expect(registrar.bindings).toHaveLength(1))
  const [contact = ''] = registrar.bindings
  const holders = workers.filter(({ registrations }) => registrations.trunkOf(contact) === id)
  expect(holders.map(({ userAgent }) => contact.includes(`:${userAgent.port}`))).toEqual([true])
  await until(async () =>
    expect(await carrierNow(id)).toEqual({
      username: 'clinic',
      realm: null,
      status: 'registered',
      detail: null,
    }),
  )
  expect(holders[0]?.registrations.trunkOf('sip:clinic@127.0.0.1')).toBeNull()
  const stored = await api().database.kysely.selectFrom('registrations').selectAll().execute()
  expect(JSON.stringify(stored)).not.toContain(account.password)
})

test('when its worker is killed another one takes over, and takes the dead binding back', {
  timeout: 30_000,
}, async () => {
  const first = await openWorker()
  const id = await addTrunk()
  await until(async () => expect(await carrierNow(id)).toMatchObject({ status: 'registered' }))
  const [dead] = registrar.bindings
  await first.kill()
  // The dead worker's farewell was refused, as if it had said none; its note of it counts no more.
  await api()
    .database.kysely.updateTable('registrations')
    .set({ contact: dead ?? null })
    .where('carrier_id', '=', id)
    .execute()
  const second = await openWorker()
  await until(() => {
    expect(registrar.bindings).toHaveLength(1)
    expect(registrar.bindings[0]).toContain(`:${second.userAgent.port}`)
  })
  expect(second.registrations.trunkOf(registrar.bindings[0] ?? '')).toBe(id)
})

test('a worker that drains hands its trunks over', { timeout: 30_000 }, async () => {
  let drains = false
  const first = await openWorker(() => drains)
  const id = await addTrunk()
  await until(() => expect(registrar.bindings).toHaveLength(1))
  drains = true
  await markDraining(api().database, first.nodeId)
  const second = await openWorker()
  await until(() => {
    expect(registrar.bindings).toHaveLength(1)
    expect(second.registrations.trunkOf(registrar.bindings[0] ?? '')).toBe(id)
  })
  expect(registrar.bindings[0]).toContain(`:${second.userAgent.port}`)
})

test('a wrong password is told, and a realm that is not the registrar’s gets no proof', {
  timeout: 30_000,
}, async () => {
  await openWorker()
  const wrong = await addTrunk({ registration: { ...account, password: 'guess' } })
  await until(async () =>
    expect(await carrierNow(wrong)).toMatchObject({ status: 'failed', detail: '403 Forbidden' }),
  )
  const foreign = await addTrunk({ registration: { ...account, realm: 'elsewhere' } })
  await until(async () =>
    expect(await carrierNow(foreign)).toMatchObject({ status: 'failed', detail: '401 Unauthorized' }),
  )
  expect(registrar.granted).toBe(0)
})

test('a trunk that is removed is registered no more', { timeout: 30_000 }, async () => {
  await openWorker()
  const id = await addTrunk()
  await until(() => expect(registrar.bindings).toHaveLength(1))
  expect((await api().send('DELETE', `/v1/phone-numbers/carriers/${id}`)).status).toBe(204)
  await until(() => expect(registrar.bindings).toEqual([]))
})
