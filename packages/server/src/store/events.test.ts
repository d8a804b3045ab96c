import { expect, test } from 'vitest'
import { testAccount, testCall } from '../../test/accounts.ts'
import { testDatabase } from '../../test/postgres.ts'
import { appendEvents, readEvents } from './events.ts'

test('sequences of one call have no gaps, however many write at once and whatever fails', async () => {
  await using opened = await testDatabase()
  const { database } = opened
  const callId = await testCall(database, await testAccount(database))
  const write = (n: number) =>
    database.kysely.transaction().execute(async trx => {
      await appendEvents(trx, callId, [{ type: 'ringing' }, { type: 'silence_prompt', at_ms: n }])
      if (n % 3 === 0) throw new Error('rolled back')
    })
  await Promise.allSettled(Array.from({ length: 30 }, (_, n) => write(n)))
  const events = await readEvents(database, callId, { afterSequence: 0, limit: 1000 })
  expect(events.map(event => event.sequence)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
  const later = await readEvents(database, callId, { afterSequence: 38, limit: 1 })
  expect(later).toMatchObject([{ sequence: 39, type: 'ringing' }])
})

test('an unknown call is refused', async () => {
  await using opened = await testDatabase()
  const write = opened.database.kysely
    .transaction()
    .execute(trx =>
      appendEvents(trx, '01a208b0-9f78-7a02-a228-53ab7f37aae8' as Parameters<typeof appendEvents>[1], []),
    )
  await expect(write).rejects.toThrow(/no call/)
})
