import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { CallId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import { testDatabase } from '../../test/postgres.ts'
import { notifyCall, subscribe } from './notify.ts'

test('a listener hears of calls, also after its connection was cut', async () => {
  await using opened = await testDatabase()
  const { database } = opened
  const heard: string[] = []
  const back = Promise.withResolvers<void>()
  await using _listening = await subscribe(database, {
    onCall: id => heard.push(id),
    onReconnect: () => back.resolve(),
  })
  const [first, second] = [newId<CallId>(), newId<CallId>()]
  await notifyCall(database, first)
  await expect.poll(() => heard).toEqual([first])
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'parley listener' and datname = current_database()`.execute(database.kysely)
  await back.promise
  await notifyCall(database, second)
  await expect.poll(() => heard).toEqual([first, second])
})

test('whom a notification does not concern can tell', async () => {
  await using opened = await testDatabase()
  const heard: [string, string[]][] = []
  await using _listening = await subscribe(opened.database, {
    onCall: (id, concerns) => heard.push([id, [...concerns]]),
  })
  const id = newId<CallId>()
  await notifyCall(opened.database, id)
  await notifyCall(opened.database, id, 'stop', 'webhook')
  await expect
    .poll(() => heard)
    .toEqual([
      [id, []],
      [id, ['stop', 'webhook']],
    ])
})
