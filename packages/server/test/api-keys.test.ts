import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { apiOn, testApi } from './http-api.ts'

const make = { name: 'reader', scopes: ['calls:read', 'admin'] }

test('a key grants no scope that it does not have', async () => {
  const api = await testApi()
  const key = await api.keyWith(['admin', 'calls:read'])
  expect((await api.send('POST', '/v1/api-keys', { key, body: make })).status).toBe(201)
  const body = { name: 'writer', scopes: ['calls:read', 'calls:write'] }
  const refused = await api.send('POST', '/v1/api-keys', { key, body })
  expect(refused).toMatchObject({ status: 403, body: { required_scope: 'calls:write' } })
  const strong = (await api.send('POST', '/v1/api-keys', { body })).body.id
  for (const [method, path, sent] of [
    ['PATCH', `/v1/api-keys/${strong}`, { name: 'mine' }],
    ['POST', `/v1/api-keys/${strong}/rotate`, {}],
  ] as const) {
    expect((await api.send(method, path, { key, body: sent })).status).toBe(403)
  }
})

test('a key is changed, and at once means what it says', async () => {
  const api = await testApi()
  const { key, id } = (await api.send('POST', '/v1/api-keys', { body: make })).body
  const change = (body: object) => api.send('PATCH', `/v1/api-keys/${id}`, { body })
  const use = async () => (await api.send('GET', '/v1/calls', { key })).status
  expect(await use()).toBe(200)
  expect((await change({ scopes: ['admin'] })).body.scopes).toEqual(['admin'])
  expect(await use()).toBe(403)
  expect((await change({ scopes: ['calls:read'], allowed_ips: ['10.0.0.0/8'] })).status).toBe(200)
  expect(await use()).toBe(403)
  await change({ allowed_ips: [] })
  expect(await use()).toBe(200)
  await change({ expires_at: '2020-01-01T00:00:00Z' })
  expect(await use()).toBe(401)
  expect((await change({ expires_at: null })).body.expires_at).toBeNull()
  expect(await use()).toBe(200)
  expect((await change({})).status).toBe(400)
  const { key: other } = await api.stranger()
  for (const [method, path] of [
    ['PATCH', `/v1/api-keys/${id}`],
    ['DELETE', `/v1/api-keys/${id}`],
    ['POST', `/v1/api-keys/${id}/rotate`],
  ] as const) {
    const body = method === 'PATCH' ? { name: 'mine' } : undefined
    expect((await api.send(method, path, { key: other, body })).status).toBe(404)
  }
})

test('a rotated key and the one before work side by side until the overlap is over', async () => {
  const api = await testApi()
  const { key, id } = (await api.send('POST', '/v1/api-keys', { body: make })).body
  const headers = { 'idempotency-key': 'rotate-0001' }
  const rotate = () =>
    api.send('POST', `/v1/api-keys/${id}/rotate`, { body: { overlap_minutes: 5 }, headers })
  const rotated = await rotate()
  expect(rotated).toMatchObject({ status: 201, body: { ...make, scopes: make.scopes, previous_id: id } })
  expect((await rotate()).body).toEqual(rotated.body)
  const kept = await api.database.kysely.selectFrom('idempotency_keys').selectAll().execute()
  expect(JSON.stringify(kept)).not.toContain(rotated.body.key)
  const use = async (one: string) => (await api.send('GET', '/v1/calls', { key: one })).status
  expect([await use(key), await use(rotated.body.key)]).toEqual([200, 200])
  const leftMs = Date.parse(rotated.body.previous_expires_at) - Date.now()
  expect(Math.abs(leftMs - 5 * 60_000)).toBeLessThan(30_000)
  await sql`update api_keys set expires_at = now() where id = ${id}`.execute(api.database.kysely)
  expect([await use(key), await use(rotated.body.key)]).toEqual([401, 200])
})

test('a revoked key is dead on every process, and what it holds open ends', async () => {
  const api = await testApi()
  const other = new AsyncDisposableStack()
  onTestFinished(() => other.disposeAsync())
  const elsewhere = await apiOn(other, api.database)
  const { key, id } = (await api.send('POST', '/v1/api-keys', { body: make })).body
  const call = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
  const { call_id } = (await api.send('POST', '/v1/calls', { body: call })).body
  const url = await elsewhere.app.listen({ host: '127.0.0.1', port: 0 })
  const stream = await fetch(`${url}/v1/calls/${call_id}/events`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(stream.status).toBe(200)
  const whole = stream.text()
  expect((await api.send('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
  expect((await elsewhere.send('GET', '/v1/calls', { key })).status).toBe(401)
  const before = performance.now()
  expect(await whole).toContain('event: queued')
  expect(performance.now() - before).toBeLessThan(5_000)
})

test('what is done to keys stands in the audit log', async () => {
  const api = await testApi()
  const { id } = (await api.send('POST', '/v1/api-keys', { body: make })).body
  await api.send('PATCH', `/v1/api-keys/${id}`, { body: { name: 'other' } })
  await api.send('DELETE', `/v1/api-keys/${id}`)
  const log = await api.database.kysely.selectFrom('audit_log').selectAll().orderBy('sequence').execute()
  expect(log.map(({ action, target_id }) => [action, target_id])).toEqual([
    ['api_key.created', id],
    ['api_key.changed', id],
    ['api_key.revoked', id],
  ])
})
