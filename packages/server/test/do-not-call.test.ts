import { expect, test } from 'vitest'
import { sharedApi } from './http-api.ts'

const url = '/v1/do-not-call'
const api = sharedApi()

const list = (phone_number: string, more: object = {}) =>
  api().send('POST', url, { body: { phone_number, ...more } })
const call = (phone_number: string, key = api().key) =>
  api().send('POST', '/v1/calls', { key, body: { phone_number, task: 'Say hello to them.' } })

test('a number is listed once, shown, and taken off by its id or its digits', async () => {
  const added = await list('+14155550110', { reason: 'asked by letter' })
  expect(added).toMatchObject({
    status: 201,
    body: { phone_number: '+14155550110', reason: 'asked by letter', source: 'api', existed: false },
  })
  expect(await list('+14155550110')).toMatchObject({
    status: 200,
    body: { id: added.body.id, reason: 'asked by letter', existed: true },
  })
  const { existed: _existed, cancelled_calls: _cancelled, ...entry } = added.body
  expect((await api().send('GET', `${url}?phone_number=%2B14155550110`)).body.data).toEqual([entry])
  expect((await api().send('DELETE', `${url}/${added.body.id}`)).status).toBe(204)
  await list('+14155550110')
  expect((await api().send('DELETE', `${url}/%2B14155550110`)).status).toBe(204)
  expect((await api().send('DELETE', `${url}/%2B14155550110`)).status).toBe(404)
})

test('waiting calls are cancelled, new ones refused, other accounts not concerned', async () => {
  const { key } = await api().stranger()
  const [mine, other, theirs] = [
    await call('+14155550111'),
    await call('+14155550112'),
    await call('+14155550111', key),
  ]
  expect((await list('+14155550111')).body.cancelled_calls).toBe(1)
  const statusOf = async (placed: { body: { call_id: string } }, by = api().key) =>
    (await api().send('GET', `/v1/calls/${placed.body.call_id}`, { key: by })).body.status
  expect([await statusOf(mine), await statusOf(other), await statusOf(theirs, key)]).toEqual([
    'cancelled',
    'queued',
    'queued',
  ])
  expect(await call('+14155550111')).toMatchObject({
    status: 422,
    body: {
      type: expect.stringMatching(/do_not_call$/),
      errors: [{ path: 'phone_number', code: 'do_not_call' }],
    },
  })
  expect((await call('+14155550111', key)).status).toBe(201)
  expect((await api().send('GET', url, { key })).body.data).toEqual([])
})

test('no call slips in while a number is being listed', async () => {
  const number = '+14155550113'
  const placing = Array.from({ length: 8 }, () => call(number))
  const [listed, ...placed] = await Promise.all([list(number), ...placing])
  const accepted = placed.filter(({ status }) => status === 201).length
  expect(placed.map(({ status }) => status).every(status => status === 201 || status === 422)).toBe(true)
  expect(listed.body.cancelled_calls).toBe(accepted)
})

test('what is refused', async () => {
  expect((await list('12')).status).toBe(400)
  expect((await list('+14155550114', { colour: 'red' })).body.errors).toMatchObject([{ path: 'colour' }])
  const key = await api().keyWith(['leads:read'])
  expect(await api().send('POST', url, { key, body: { phone_number: '+14155550114' } })).toMatchObject({
    status: 403,
    body: { required_scope: 'leads:write' },
  })
})

test('the same request with an Idempotency-Key is answered alike', async () => {
  const order = { body: { phone_number: '+14155550115' }, headers: { 'idempotency-key': 'listing-once' } }
  const [first, second] = [await api().send('POST', url, order), await api().send('POST', url, order)]
  expect(second.body).toEqual(first.body)
})

test('the document describes what the routes take and give', async () => {
  const { paths, components } = (await api().send('GET', '/openapi.json')).body
  expect(Object.keys(paths[url]).toSorted()).toEqual(['get', 'post'])
  expect(Object.keys(paths[`${url}/{id}`])).toEqual(['delete'])
  const { body } = await list('+14155550116')
  expect(Object.keys(body).toSorted()).toEqual(
    Object.keys(components.schemas.AddedDoNotCall.properties).toSorted(),
  )
})
