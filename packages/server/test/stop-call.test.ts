import { expect, test } from 'vitest'
import { type TestApi, testApi } from './http-api.ts'

const body = {
  phone_number: '+14155551234',
  task: 'Confirm the appointment tomorrow.',
  webhook_url: 'https://example.com/hook',
}

async function placed(api: TestApi): Promise<string> {
  return (await api.send('POST', '/v1/calls', { body })).body.call_id
}

async function live(api: TestApi): Promise<string> {
  const id = await placed(api)
  await api.database.kysely.updateTable('calls').set({ status: 'in_progress' }).execute()
  return id
}

test.each(['stop', 'cancel'])('%s takes a queued call back, with event and webhook', async how => {
  const api = await testApi()
  const id = await placed(api)
  const answer = await api.send('POST', `/v1/calls/${id}/${how}`)
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual(how === 'stop' ? { ok: true, status: 'cancelled' } : { ok: true })
  const call = await api.send('GET', `/v1/calls/${id}`)
  expect(call.body).toMatchObject({
    status: 'cancelled',
    call_status: 'cancelled',
    end_reason: 'stopped',
    duration: 0,
    completed: true,
  })
  const hooks = await api.database.kysely.selectFrom('webhook_deliveries').selectAll().execute()
  expect(hooks).toMatchObject([{ event: 'call.failed', call_id: id }])
  const again = await api.send('POST', `/v1/calls/${id}/${how}`)
  expect(again).toMatchObject({ status: 409, body: { current_status: 'cancelled', title: 'Conflict' } })
})

test('a live call is marked for its worker; at once outranks a farewell', async () => {
  const api = await testApi()
  const id = await live(api)
  const mark = async () =>
    (await api.database.kysely.selectFrom('calls').select('stop_requested').executeTakeFirst())
      ?.stop_requested
  const answer = await api.send('POST', `/v1/calls/${id}/stop`, { body: { farewell: true } })
  expect(answer).toMatchObject({ status: 200, body: { ok: true, status: 'cancelled' } })
  expect(await mark()).toBe('farewell')
  await api.send('POST', `/v1/calls/${id}/stop`, { headers: { 'content-type': 'application/json' } })
  expect(await mark()).toBe('now')
  await api.send('POST', `/v1/calls/${id}/stop`, { body: { farewell: true } })
  expect(await mark()).toBe('now')
})

test('a live call can no longer be cancelled', async () => {
  const api = await testApi()
  const id = await live(api)
  const answer = await api.send('POST', `/v1/calls/${id}/cancel`)
  expect(answer).toMatchObject({ status: 409, body: { current_status: 'in_progress' } })
})

test('stops that come together end a queued call once', async () => {
  const api = await testApi()
  const id = await placed(api)
  const answers = await Promise.all(Array.from({ length: 8 }, () => api.send('POST', `/v1/calls/${id}/stop`)))
  expect(answers.map(answer => answer.status).toSorted((a, b) => a - b)).toEqual([200, ...Array(7).fill(409)])
  const ends = await api.database.kysely
    .selectFrom('call_events')
    .selectAll()
    .where('type', '=', 'ended')
    .execute()
  expect(ends).toHaveLength(1)
})
