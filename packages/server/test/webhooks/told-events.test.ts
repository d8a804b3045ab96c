import type { CallEventBody } from '@parley/contract/events'
import { expect, test } from 'vitest'
import type { CallId, NodeId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { claimCall } from '../../src/store/attempts.ts'
import { insertSubscription } from '../../src/store/webhook-subscriptions.ts'
import { writeCallEvents } from '../../src/store/transcript.ts'
import { type TestApi, testApi } from '../http-api.ts'

const said = (text: string): CallEventBody => ({
  type: 'transcript',
  entry: {
    id: newId(),
    user: 'user',
    text,
    start_ms: 0,
    end_ms: 900,
    interrupted: false,
    created_at: new Date().toISOString(),
  },
})

const subscribe = ({ database, accountId: account }: TestApi, event: string) =>
  database.kysely.transaction().execute(trx =>
    insertSubscription(trx, {
      account,
      wanted: { event, url: 'https://a.test/', filters: {} },
      sealedSecret: '-',
    }),
  )

async function placed(api: TestApi, more: object): Promise<CallId> {
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.', ...more }
  return (await api.send('POST', '/v1/calls', { body })).body.call_id
}

test('starts and turns are told with the state they tell of, to whoever asked', async () => {
  const api = await testApi()
  const db = api.database.kysely
  const hook = { webhook_url: 'https://b.test/', webhook_events: ['call.started', 'call.turn'] }
  const hooked = await placed(api, hook)
  const plain = await placed(api, {})
  await subscribe(api, 'call.started')
  const nodeId = newId<NodeId>()
  for (const callId of [hooked, plain]) {
    expect(await claimCall(api.database, { callId, nodeId })).toMatchObject({ id: callId })
    const spoken = [said('Yes?'), said('Who is this?')]
    await writeCallEvents(
      api.database,
      { callId, nodeId },
      spoken.map(event => ({ event, atMs: Date.now() })),
    )
  }
  const deliveries = await db.selectFrom('webhook_deliveries').selectAll().orderBy('sequence').execute()
  expect(deliveries.map(({ call_id, event }) => [call_id, event])).toEqual([
    [hooked, 'call.started'],
    [hooked, 'call.turn'],
    [hooked, 'call.turn'],
  ])
  expect(deliveries.map(one => (one.details as { turn?: { text: string } } | null)?.turn?.text)).toEqual([
    undefined,
    'Yes?',
    'Who is this?',
  ])
  const events = await db.selectFrom('webhook_events').select(['call_id', 'event']).execute()
  expect(events).toHaveLength(2)
  expect(new Set(events.map(one => one.call_id))).toEqual(new Set([hooked, plain]))
  await subscribe(api, 'call.turn')
  await writeCallEvents(api.database, { callId: plain, nodeId }, [
    { event: said('Go on.'), atMs: Date.now() },
  ])
  expect(
    await db.selectFrom('webhook_events').select('event').where('event', '=', 'call.turn').execute(),
  ).toHaveLength(1)
})

test('a call that can not be claimed is not told as started', async () => {
  const api = await testApi()
  const callId = await placed(api, { webhook_url: 'https://b.test/', webhook_events: ['call.started'] })
  const nodeId = newId<NodeId>()
  await claimCall(api.database, { callId, nodeId })
  expect(await claimCall(api.database, { callId, nodeId })).toBe('taken')
  const told = await api.database.kysely.selectFrom('webhook_deliveries').select('event').execute()
  expect(told).toEqual([{ event: 'call.started' }])
})
