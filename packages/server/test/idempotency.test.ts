import { expect, test } from 'vitest'
import { testApi } from './http-api.ts'

const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }

test('a hundred requests with one key at once place one call, and all get its answer', async () => {
  const api = await testApi()
  const headers = { 'idempotency-key': 'order-0001' }
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => api.send('POST', '/v1/calls', { body, headers })),
  )
  expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([201]))
  expect(new Set(answers.map(answer => answer.body.call_id)).size).toBe(1)
  expect(answers.filter(answer => answer.headers['idempotent-replayed'] === 'true')).toHaveLength(99)
  expect(await api.database.kysely.selectFrom('calls').select('id').execute()).toHaveLength(1)
})

test('a key stands for one request of one account, for a day', async () => {
  const api = await testApi()
  const headers = { 'idempotency-key': 'order-0001' }
  const first = await api.send('POST', '/v1/calls', { body, headers })
  const other = await api.send('POST', '/v1/calls', { body: { ...body, record: false }, headers })
  expect(other).toMatchObject({ status: 422, body: { title: 'Idempotency key reused' } })
  const { key } = await api.stranger()
  expect((await api.send('POST', '/v1/calls', { body, headers, key })).body.call_id).not.toBe(
    first.body.call_id,
  )
  const dayOld = new Date(Date.now() - 25 * 3_600_000)
  await api.database.kysely.updateTable('idempotency_keys').set({ created_at: dayOld }).execute()
  const later = await api.send('POST', '/v1/calls', { body, headers })
  expect(later.status).toBe(201)
  expect(later.body.call_id).not.toBe(first.body.call_id)
})

test('a refusal is not kept, and a key out of form is refused', async () => {
  const api = await testApi()
  const headers = { 'idempotency-key': 'order-0001' }
  const refused = await api.send('POST', '/v1/calls', { body: { ...body, voice: 'lucia' }, headers })
  expect(refused.status).toBe(400)
  expect((await api.send('POST', '/v1/calls', { body, headers })).status).toBe(201)
  for (const key of ['short', 'with space in it', 'x'.repeat(256)]) {
    const answer = await api.send('POST', '/v1/calls', { body, headers: { 'idempotency-key': key } })
    expect(answer.status).toBe(400)
  }
})
