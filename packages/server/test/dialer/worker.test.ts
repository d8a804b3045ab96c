import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CallWorker, type WorkerDeps } from '../../src/dialer/worker.ts'
import type { CallId, NodeId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { type Jobs, openJobs } from '../../src/store/jobs.ts'
import { notifyCall, subscribe } from '../../src/store/notify.ts'
import { testAccount, testCall } from '../accounts.ts'
import { testDatabase } from '../postgres.ts'

const opened = new AsyncDisposableStack()
let database: Database
let url: string
beforeAll(async () => {
  const made = opened.use(await testDatabase())
  database = made.database
  url = made.url
})
afterAll(() => opened.disposeAsync())

interface Tried {
  readonly worker: CallWorker
  readonly jobs: Jobs
  /** Calls that were begun, each as often as it was. */
  readonly begun: CallId[]
}

/** A worker whose calls last until the test is over. */
async function startWorker(o: AsyncDisposableStack, change: Partial<WorkerDeps> = {}): Promise<Tried> {
  const own = o.use(openDatabase(url))
  const jobs = o.use(await openJobs(own))
  const begun: CallId[] = []
  const over = Promise.withResolvers<void>()
  o.defer(() => over.resolve())
  const worker = new CallWorker({
    nodeId: newId<NodeId>(),
    database: own,
    jobs,
    maxCalls: 100,
    log: pino({ level: 'silent' }),
    recheck: async () => 'ready',
    run: ({ id }) => {
      begun.push(id)
      return over.promise
    },
    onLeaseLost: () => undefined,
    ...change,
  })
  o.use(await subscribe(own, { onCall: (id, concerns) => worker.notice(id, concerns) }))
  await worker.start()
  o.defer(() => worker.leave())
  return { worker, jobs, begun }
}

const queued = async (): Promise<CallId> => testCall(database, await testAccount(database))

test('a call that is told of is taken without its job, once, by one of the workers', async () => {
  await using o = new AsyncDisposableStack()
  const first = await startWorker(o)
  const workers = [first, await startWorker(o), await startWorker(o)]
  const calls = await Promise.all(Array.from({ length: 12 }, queued))
  await Promise.all(calls.map(id => notifyCall(database, id, 'queued')))
  const begun = () => workers.flatMap(worker => worker.begun)
  await expect.poll(() => begun().toSorted()).toEqual(calls.toSorted())
  // Their jobs come to nothing.
  await Promise.all(calls.map(callId => first.jobs.send('dial', { callId })))
  const last = await queued()
  await first.jobs.send('dial', { callId: last })
  await expect.poll(() => begun(), { timeout: 15_000 }).toContain(last)
  expect(begun()).toHaveLength(13)
})

test('a call whose notification was lost is found by its job', async () => {
  await using o = new AsyncDisposableStack()
  const { begun, jobs } = await startWorker(o)
  const id = await queued()
  await jobs.send('dial', { callId: id })
  await expect.poll(() => begun, { timeout: 15_000 }).toEqual([id])
})

test('a full worker leaves a call to its job, and claims under way count as calls', async () => {
  await using o = new AsyncDisposableStack()
  const { worker, begun } = await startWorker(o, { maxCalls: 2 })
  const calls = await Promise.all(Array.from({ length: 5 }, queued))
  for (const id of calls) worker.notice(id, new Set(['queued']))
  expect(worker.hasRoom).toBe(false)
  await expect.poll(() => begun).toHaveLength(2)
  const rows = await database.kysely.selectFrom('calls').select('status').where('id', 'in', calls).execute()
  expect(rows.filter(({ status }) => status === 'queued')).toHaveLength(3)
})

test('news that do not concern it leave a queued call where it is', async () => {
  await using o = new AsyncDisposableStack()
  const { worker } = await startWorker(o)
  worker.notice(await queued(), new Set())
  expect(worker.hasRoom).toBe(true)
  expect(worker.liveCalls).toBe(0)
})

test('draining waits for a claim that is under way, so that no call is left without its worker', async () => {
  await using o = new AsyncDisposableStack()
  const call = Promise.withResolvers<void>()
  let isBegun = false
  const run = () => {
    isBegun = true
    return call.promise
  }
  const nodeId = newId<NodeId>()
  const { worker } = await startWorker(o, { run, nodeId })
  const id = await queued()
  let isDrained = false
  let drained = Promise.resolve()
  // Somebody looks at the call, so the claim has to wait.
  await database.kysely.transaction().execute(async trx => {
    await trx.selectFrom('calls').select('id').where('id', '=', id).forUpdate().execute()
    worker.notice(id, new Set(['queued']))
    drained = worker.drain(60_000).then(() => {
      isDrained = true
    })
    const isMarked = async () => {
      const row = await database.kysely
        .selectFrom('nodes')
        .select('draining')
        .where('id', '=', nodeId)
        .execute()
      return row[0]?.draining
    }
    await expect.poll(isMarked).toBe(true)
  })
  await expect.poll(() => isBegun).toBe(true)
  expect(isDrained).toBe(false)
  call.resolve()
  await drained
})
