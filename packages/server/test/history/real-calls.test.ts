import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AccountId } from '../../src/domain/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { type Jobs, openJobs } from '../../src/store/jobs.ts'
import { testAccount, testCall } from '../accounts.ts'
import { testDatabase } from '../postgres.ts'
import { anyOrder } from './any-order.ts'
import { placed, step } from './call-model.ts'
import { brokenPromise } from './promises.ts'
import { RealCall } from './real-call.ts'

/** `PARLEY_REAL_HISTORIES=300` takes a few minutes. */
const histories = Number(process.env['PARLEY_REAL_HISTORIES'] ?? 40)
const patience = { timeout: 900_000 }

const opened = new AsyncDisposableStack()
let database: Database
let jobs: Jobs
let account: AccountId
beforeAll(async () => {
  database = opened.use(await testDatabase()).database
  jobs = opened.use(await openJobs(database))
  account = await testAccount(database)
})
afterAll(() => opened.disposeAsync())

async function begin(): Promise<RealCall> {
  const call = new RealCall({ database, jobs }, { account, id: await testCall(database, account) })
  await call.begin()
  return call
}

test(`${histories} orders do in the database what they do in the model`, patience, async () => {
  const property = fc.asyncProperty(anyOrder, async ops => {
    const call = await begin()
    let model = placed
    let before = await call.see()
    for (const op of ops) {
      await call.do(op)
      model = step(model, op)
      const now = await call.see()
      expect(brokenPromise(before, now)).toBeNull()
      const { status, attempt, completed, invites, events } = now
      expect({ status, attempt, completed, invites, events: events.map(({ type }) => type) }).toEqual({
        status: model.status,
        attempt: model.attempt,
        completed: model.completed,
        invites: model.invites,
        events: model.events,
      })
      before = now
    }
  })
  await fc.assert(property, { numRuns: histories, endOnFailure: true })
})

test(`${histories} orders, three at a time in a race, break no promise`, patience, async () => {
  const property = fc.asyncProperty(anyOrder, async ops => {
    const call = await begin()
    let before = await call.see()
    for (let at = 0; at < ops.length; at += 3) {
      await Promise.all(ops.slice(at, at + 3).map(op => call.do(op)))
      const now = await call.see()
      expect(brokenPromise(before, now)).toBeNull()
      before = now
    }
  })
  await fc.assert(property, { numRuns: histories, endOnFailure: true })
})

test('who comes back after others have ended its call changes nothing', async () => {
  const call = await begin()
  for (const type of ['claim', 'invite', 'lapse'] as const) await call.do({ type, node: 'a' })
  await call.do({ type: 'reap' })
  const before = await call.see()
  expect(before.status).toBe('failed')
  for (const type of ['answer', 'report', 'end'] as const) await call.do({ type, node: 'a' })
  expect(await call.see()).toEqual(before)
})
