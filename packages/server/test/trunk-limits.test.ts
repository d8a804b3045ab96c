import { setTimeout as sleep } from 'node:timers/promises'
import { createCarrierSchema } from '@parley/contract/carriers'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admissionHoldsMs } from '../src/domain/admission.ts'
import type { AccountId, CallId, NodeId, TrunkId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { admitToTrunk, limitSettingsTrunk, settingsTrunk } from '../src/store/admission.ts'
import { claimCall, recordAnswered } from '../src/store/attempts.ts'
import { insertCarrier } from '../src/store/carriers.ts'
import { type Database, openDatabase } from '../src/store/database.ts'
import { keepPlaces } from '../src/store/lost-lines.ts'
import { forgetSecondLeg } from '../src/store/second-legs.ts'
import { createSealing } from '../src/store/sealing.ts'
import { testAccount, testCall } from './accounts.ts'
import { testDatabase } from './postgres.ts'

/** Three workers, each with connections of its own, on one database. */
const opened = new AsyncDisposableStack()
let workers: Database[]
let database: Database

beforeAll(async () => {
  const made = opened.use(await testDatabase())
  database = made.database
  workers = [1, 2, 3].map(() => opened.use(openDatabase(made.url, { connections: 4 })))
})
afterAll(() => opened.disposeAsync())

const nodeId = newId() as NodeId

async function trunkOf(account: AccountId, limits: object): Promise<TrunkId> {
  const carrier = createCarrierSchema.parse({
    sip_gateway: { ipv4: '192.0.2.1' },
    carrier_name: newId(),
    ...limits,
  })
  const sealing = createSealing(Buffer.alloc(32, 1))
  const row = await database.kysely
    .transaction()
    .execute(trx => insertCarrier(trx, { account, carrier, sealing }))
  if (row === null) throw new Error('the carrier was not added')
  return row.id
}

async function queuedCalls(account: AccountId, count: number): Promise<CallId[]> {
  return await Promise.all(Array.from({ length: count }, () => testCall(database, account)))
}

/** Every worker claims all of the calls, all at the same time. */
async function claimAll(calls: readonly CallId[]): Promise<(TrunkId | null)[]> {
  const claims = await Promise.all(
    calls.flatMap(callId => workers.map(worker => claimCall(worker, { callId, nodeId }))),
  )
  return claims.flatMap(claim => (typeof claim === 'string' ? [] : [claim.trunk]))
}

test('never more calls at once than a trunk has places, on however many workers', async () => {
  const account = await testAccount(database)
  const trunk = await trunkOf(account, { max_concurrent_calls: 3, calls_per_second: 100 })
  const calls = await queuedCalls(account, 12)
  expect(await claimAll(calls)).toEqual([trunk, trunk, trunk])
  expect(await claimAll(calls)).toEqual([])

  const { kysely } = database
  const running = await kysely.selectFrom('calls').select('id').where('trunk_id', '=', trunk).execute()
  expect(running).toHaveLength(3)
  await kysely
    .updateTable('calls')
    .set({ status: 'completed' })
    .where('id', '=', running[0]?.id ?? null)
    .execute()
  expect(await claimAll(calls)).toEqual([trunk])
  const attempts = await kysely.selectFrom('attempts').selectAll().where('call_id', 'in', calls).execute()
  expect(attempts).toHaveLength(4)
})

test('a line that nobody can hang up keeps its place until whoever was rung has given up', async () => {
  const account = await testAccount(database)
  const trunk = await trunkOf(account, { max_concurrent_calls: 2, calls_per_second: 100 })
  const [rung, talked, ...more] = (await queuedCalls(account, 5)) as [CallId, CallId, ...CallId[]]
  expect(await claimAll([rung])).toEqual([trunk])
  expect(await claimAll([talked])).toEqual([trunk])
  await recordAnswered(database, { callId: talked, nodeId, lifeline: 'how to', recordingPath: null })
  for (const callId of [rung, talked]) await keepPlaces(database, { callId, ringSeconds: 0 })
  const end = { status: 'failed' } as const
  await database.kysely.updateTable('calls').set(end).where('id', 'in', [rung, talked]).execute()
  expect(await claimAll(more), 'the one that was hung up is free').toEqual([trunk])
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from until - now())::int as seconds from lost_lines where call_id = ${rung}`.execute(
    database.kysely,
  )
  expect(rows).toEqual([{ seconds: expect.closeTo(32, -0.5) }])
  await sql`update lost_lines set until = now() - interval '1 second'`.execute(database.kysely)
  expect(await claimAll(more)).toEqual([trunk])
  // Once more, after its time: the row is renewed. It is cleared away with that of another call.
  await database.kysely.updateTable('calls').set({ status: 'in_progress' }).where('id', '=', rung).execute()
  await keepPlaces(database, { callId: rung, ringSeconds: 0 })
  await sql`update lost_lines set until = now() - interval '1 second'`.execute(database.kysely)
  await keepPlaces(database, { callId: talked, ringSeconds: 0 })
  const left = await sql`select from lost_lines`.execute(database.kysely)
  expect(left.rows).toEqual([])
})

test('a second line takes a place of its own, until it is over or its call is', async () => {
  const account = await testAccount(database)
  const trunk = await trunkOf(account, { max_concurrent_calls: 3, calls_per_second: 100 })
  const [one, two, three, four] = (await queuedCalls(account, 4)) as [CallId, CallId, CallId, CallId]
  const claim = async (callId: CallId) => typeof (await claimCall(database, { callId, nodeId })) !== 'string'
  const dialSecond = async (call: CallId) =>
    (await admitToTrunk(database, { trunk, call, dialing: true, second: true })).kind
  expect([await claim(one), await claim(two)]).toEqual([true, true])
  expect(await dialSecond(one)).toBe('admitted')
  expect([await dialSecond(two), await claim(three)]).toEqual(['full', false])
  expect(await dialSecond(one), 'trying again counts once').toBe('admitted')
  await forgetSecondLeg(database, one)
  expect([await claim(three), await dialSecond(two)]).toEqual([true, 'full'])
  await database.kysely.updateTable('calls').set({ status: 'completed' }).where('id', '=', one).execute()
  expect(await dialSecond(two)).toBe('admitted')
  await database.kysely.updateTable('calls').set({ status: 'failed' }).where('id', '=', two).execute()
  expect(await claim(four)).toBe(true)
})

test('a full trunk leaves calls to the next by priority, and none to another account', async () => {
  const [account, stranger] = [await testAccount(database), await testAccount(database)]
  await trunkOf(stranger, { calls_per_second: 100, priority: 0 })
  const second = await trunkOf(account, { max_concurrent_calls: 2, calls_per_second: 100, priority: 20 })
  const first = await trunkOf(account, { max_concurrent_calls: 1, calls_per_second: 100, priority: 10 })
  const places = await claimAll(await queuedCalls(account, 6))
  expect(places.filter(place => place === first)).toHaveLength(1)
  expect(places.filter(place => place === second)).toHaveLength(2)
  expect(places).toHaveLength(3)
})

test('an account without carriers has the trunk of the settings, with its limits', async () => {
  const account = await testAccount(database)
  await limitSettingsTrunk(database, { maxConcurrentCalls: 2, callsPerSecond: null })
  expect(await claimAll(await queuedCalls(account, 3))).toEqual([settingsTrunk, settingsTrunk])
  await limitSettingsTrunk(database, { maxConcurrentCalls: null, callsPerSecond: null })
  expect(await claimAll(await queuedCalls(account, 3))).toHaveLength(3)
})

test('no more calls wait for their turn than leave in two seconds', async () => {
  const account = await testAccount(database)
  await trunkOf(account, { calls_per_second: 2 })
  expect(await claimAll(await queuedCalls(account, 9))).toHaveLength(4)
})

test('never more calls leave in any second than allowed, on however many workers', async () => {
  const account = await testAccount(database)
  const trunk = await trunkOf(account, { calls_per_second: 4 })
  const calls = await queuedCalls(account, 9)
  const until = performance.now() + 4_000
  await Promise.all(
    calls.map(async (call, index) => {
      const worker = workers[index % workers.length] ?? database
      while (performance.now() < until) {
        const admission = await admitToTrunk(worker, { trunk, call, dialing: true })
        await sleep(admission.kind === 'wait' ? Math.min(admission.ms, 50) : 1)
      }
    }),
  )
  const rows = await sql<{ ms: number }>`
    select extract(epoch from dialed_at)::float8 * 1000 as ms from trunk_dials
    where trunk_id = ${trunk} order by dialed_at`.execute(database.kysely)
  const times = rows.rows.map(row => row.ms)
  expect(times.length).toBeGreaterThanOrEqual(8)
  const spans = times.slice(4).map((ms, index) => ms - (times[index] ?? 0))
  // The time for which an admission holds is added: calls may leave at its early or at its late end.
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(1_000 + admissionHoldsMs - 1)
})
