import { expect, test } from 'vitest'
import type { CallId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import { testDatabase } from '../../test/postgres.ts'
import { openJobs } from './jobs.ts'

test('a job exists only when its transaction commits, reaches one worker, and is tried again', async () => {
  await using opened = await testDatabase()
  const { database } = opened
  const worked: string[] = []
  {
    await using sender = await openJobs(database)
    await using worker = await openJobs(database)
    let failures = 1
    await worker.work('dial', async ({ callId }) => {
      if (failures-- > 0) throw new Error('not yet')
      worked.push(callId)
    })
    const kept = newId<CallId>()
    const lost = database.kysely.transaction().execute(async transaction => {
      await sender.send('dial', { callId: newId<CallId>() }, { transaction })
      throw new Error('rolled back')
    })
    await expect(lost).rejects.toThrow('rolled back')
    await database.kysely
      .transaction()
      .execute(transaction => sender.send('dial', { callId: kept }, { transaction }))
    await expect.poll(() => worked, { timeout: 15_000 }).toEqual([kept])
  }
  expect(worked).toHaveLength(1)
})

test('a waiting worker takes a job within moments of its commit', async () => {
  await using opened = await testDatabase()
  await using jobs = await openJobs(opened.database)
  const taken = Promise.withResolvers<void>()
  await jobs.work('after-call', async () => taken.resolve())
  const from = performance.now()
  await jobs.send('after-call', { callId: newId<CallId>() })
  await taken.promise
  expect(performance.now() - from).toBeLessThan(1_000)
})
