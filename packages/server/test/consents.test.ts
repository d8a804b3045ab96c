import { expect, test } from 'vitest'
import { sharedApi, type TestApi, testApi } from './http-api.ts'

const url = '/v1/consents'
const number = '+14155551234'
const consent = {
  phone_number: number,
  seller: 'Bright Dental',
  wording: 'Bright Dental may call me about appointments, also by an automated voice.',
  method: 'web_form',
  obtained_at: '2026-01-31T13:00:00+01:00',
}
const api = sharedApi()
const record = (at: TestApi, more: object = {}) => at.send('POST', url, { body: { ...consent, ...more } })
const revoke = (at: TestApi, id: string, body?: object) =>
  at.send('POST', `${url}/${id}/revoke`, body === undefined ? {} : { body })
const call = (at: TestApi, phone_number = number) =>
  at.send('POST', '/v1/calls', { body: { phone_number, task: 'Say hello to them.' } })
const mayCall = async (at: TestApi) =>
  (await at.send('POST', '/v1/preflight', { body: { phone_number: number } })).body.code

async function cautious(): Promise<TestApi> {
  const one = await testApi()
  await one.database.kysely
    .updateTable('accounts')
    .set({ settings: JSON.stringify({ consentRequired: true }) })
    .where('id', '=', one.accountId)
    .execute()
  return one
}

test('a consent is recorded, shown, and revoked once', async () => {
  const recorded = await record(api())
  expect(recorded).toMatchObject({
    status: 201,
    body: { ...consent, obtained_at: '2026-01-31T12:00:00.000Z', channel: 'ai_voice', revoked_at: null },
  })
  const { id } = recorded.body
  expect((await api().send('GET', `${url}/${id}`)).body).toEqual(recorded.body)
  expect((await api().send('GET', `${url}?phone_number=%2B14155551234`)).body.data).toEqual([recorded.body])
  const first = await revoke(api(), id, { reason: 'by e-mail' })
  expect(first.body).toMatchObject({ revocation_reason: 'by e-mail', cancelled_calls: 0 })
  expect((await revoke(api(), id)).body).toMatchObject({
    revoked_at: first.body.revoked_at,
    revocation_reason: 'by e-mail',
  })
})

test.each([
  [{ expires_at: '2026-01-31T12:00:00Z' }, 'expires_at'],
  [{ obtained_at: new Date(Date.now() + 3_600_000).toISOString() }, 'obtained_at'],
  [{ method: 'telepathy' }, 'method'],
  [{ wording: 'yes' }, 'wording'],
  [{ colour: 'red' }, 'colour'],
])('%j is refused', async (more, path) => {
  expect(await record(api(), more)).toMatchObject({ status: 400, body: { errors: [{ path }] } })
})

test('another account knows nothing of it', async () => {
  const { id } = (await record(api())).body
  const { key } = await api().stranger()
  expect((await api().send('GET', `${url}/${id}`, { key })).status).toBe(404)
  expect((await api().send('POST', `${url}/${id}/revoke`, { key })).status).toBe(404)
  expect((await api().send('GET', url, { key })).body.data).toEqual([])
})

test('an account that must have consent calls nobody without one', async () => {
  const at = await cautious()
  expect(await mayCall(at)).toBe('consent_missing')
  expect(await call(at)).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'phone_number', code: 'consent_missing' }] },
  })
  await record(at, { channel: 'sms' })
  await record(at, { expires_at: '2026-02-01T00:00:00Z' })
  expect(await mayCall(at)).toBe('consent_missing')
  await record(at)
  expect(await mayCall(at)).toBe(null)
  expect((await call(at)).status).toBe(201)
})

test('with the last consent the waiting calls go', async () => {
  const at = await cautious()
  const [one, two] = [(await record(at)).body, (await record(at)).body]
  const { call_id } = (await call(at)).body
  expect((await revoke(at, one.id)).body.cancelled_calls).toBe(0)
  expect((await revoke(at, two.id)).body.cancelled_calls).toBe(1)
  expect((await at.send('GET', `/v1/calls/${call_id}`)).body.status).toBe('cancelled')
  expect((await call(at)).status).toBe(422)
})

test('the same request with an Idempotency-Key is answered alike', async () => {
  const order = { body: consent, headers: { 'idempotency-key': 'consent-once' } }
  const [first, second] = [await api().send('POST', url, order), await api().send('POST', url, order)]
  expect(second.body).toEqual(first.body)
})
