import { request } from 'node:http'
import { expect, test } from 'vitest'
import { type Answer, type TestApi, testApi } from './http-api.ts'

/** Every POST of the API that creates or acts takes an Idempotency-Key: the list of them is the OpenAPI document's own. */

interface Example {
  readonly path: string
  readonly body?: unknown
  /** Another request under the same key; absent: there is no other body to send. */
  readonly other?: unknown
  readonly headers?: Record<string, string>
}
type Exemplify = (api: TestApi) => Promise<Example> | Example

const task = 'Confirm the appointment tomorrow.'
const call = { phone_number: '+14155551234', task }
const made = async (api: TestApi, path: string, body: unknown): Promise<Record<string, string>> => {
  const answer = await api.send('POST', path, { body })
  expect(answer.status, path).toBe(201)
  return answer.body
}
const onCall = (action: string) => async (api: TestApi) => {
  const { call_id } = await made(api, '/v1/calls', call)
  return { path: `/v1/calls/${call_id}/${action}` }
}
const campaign = async (api: TestApi) => {
  const list = await made(api, '/v1/lead-lists', { name: `List ${Math.random()}` })
  return { name: 'Check-ups', task, lead_list_id: list.id }
}
/** An action on a campaign that went through those before. */
const onCampaign = (action: string, before: readonly string[]) => async (api: TestApi) => {
  const { id } = await made(api, '/v1/campaigns', await campaign(api))
  for (const earlier of before)
    expect((await api.send('POST', `/v1/campaigns/${id}/${earlier}`)).status).toBe(200)
  return { path: `/v1/campaigns/${id}/${action}` }
}
const simulation = { task, scenarios: [{ name: 'agrees', lines: ['Yes.'] }] }
const webhook = { event: 'call.failed', url: 'https://a.test/' }

const examples: Readonly<Record<string, Exemplify>> = {
  '/v1/calls': () => ({ path: '/v1/calls', body: call, other: { ...call, record: false } }),
  '/v1/calls/{id}/stop': onCall('stop'),
  '/v1/calls/{id}/cancel': onCall('cancel'),
  '/v1/agents': () => ({
    path: '/v1/agents',
    body: { name: 'Ann', options: { task } },
    other: { name: 'Bob', options: { task } },
  }),
  '/v1/agents/{id}/rollback': async api => {
    const { id } = await made(api, '/v1/agents', { name: 'Ann', options: { task } })
    await api.send('PATCH', `/v1/agents/${id}`, { body: { options: { task: `${task} Soon.` } } })
    return { path: `/v1/agents/${id}/rollback`, body: { version: 1 }, other: { version: 2 } }
  },
  '/v1/simulations': () => ({
    path: '/v1/simulations',
    body: simulation,
    other: { ...simulation, runs_each: 2 },
  }),
  '/v1/simulations/{id}/cancel': async api => ({
    path: `/v1/simulations/${(await made(api, '/v1/simulations', simulation)).id}/cancel`,
  }),
  '/v1/phone-numbers': () => ({
    path: '/v1/phone-numbers',
    body: { number: '+14155550100' },
    other: { number: '+14155550101' },
  }),
  '/v1/phone-numbers/carriers': () => ({
    path: '/v1/phone-numbers/carriers',
    body: { carrier_name: 'One', sip_gateway: { host: 'sip.a.test' } },
    other: { carrier_name: 'Two', sip_gateway: { host: 'sip.a.test' } },
  }),
  '/v1/do-not-call': () => ({
    path: '/v1/do-not-call',
    body: { phone_number: '+14155550123' },
    other: { phone_number: '+14155550124' },
  }),
  '/v1/knowledge': () => ({
    path: '/v1/knowledge',
    body: { type: 'text', name: 'Prices', text: 'A check-up is 80 dollars.' },
    other: { type: 'text', name: 'Hours', text: 'We open at nine.' },
  }),
  '/v1/leads': () => ({
    path: '/v1/leads',
    body: { phone_number: '+14155550123' },
    other: { phone_number: '+14155550124' },
  }),
  '/v1/leads/bulk': () => ({
    path: '/v1/leads/bulk',
    body: { leads: [{ phone_number: '+14155550123' }] },
    other: { leads: [{ phone_number: '+14155550124' }] },
  }),
  '/v1/lead-lists': () => ({ path: '/v1/lead-lists', body: { name: 'One' }, other: { name: 'Two' } }),
  '/v1/lead-imports': () => ({ path: '/v1/lead-imports', body: {}, other: { on_duplicate: 'skip' } }),
  '/v1/lead-imports/{id}/file': async api => {
    const { id } = await made(api, '/v1/lead-imports', {})
    const headers = { 'content-type': 'text/csv' }
    return { path: `/v1/lead-imports/${id}/file`, body: 'phone_number\n+14155550123\n', headers }
  },
  '/v1/consents': () => {
    const consent = {
      phone_number: '+14155550123',
      seller: 'Bright Dental',
      wording: 'I agree to be called by an AI agent.',
      method: 'web_form',
      obtained_at: '2026-01-01T10:00:00Z',
    }
    return { path: '/v1/consents', body: consent, other: { ...consent, seller: 'Dull Dental' } }
  },
  '/v1/campaigns': async api => {
    const body = await campaign(api)
    return { path: '/v1/campaigns', body, other: { ...body, name: 'Recalls' } }
  },
  '/v1/campaigns/{id}/start': onCampaign('start', []),
  '/v1/campaigns/{id}/pause': onCampaign('pause', ['start']),
  '/v1/campaigns/{id}/resume': onCampaign('resume', ['start', 'pause']),
  '/v1/campaigns/{id}/stop': onCampaign('stop', ['start']),
  '/v1/voices': () => ({
    path: '/v1/voices',
    body: { voice_id: 'lucia', provider: 'tts' },
    other: { voice_id: 'maria', provider: 'tts' },
  }),
  '/v1/webhooks': () => ({
    path: '/v1/webhooks',
    body: webhook,
    other: { ...webhook, event: 'call.queued' },
  }),
  '/v1/webhooks/{id}/test': async api => ({
    path: `/v1/webhooks/${(await made(api, '/v1/webhooks', webhook)).id}/test`,
  }),
  '/v1/webhooks/{id}/rotate-secret': async api => ({
    path: `/v1/webhooks/${(await made(api, '/v1/webhooks', webhook)).id}/rotate-secret`,
  }),
  '/v1/webhooks/rotate-secret': () => ({ path: '/v1/webhooks/rotate-secret' }),
  '/v1/webhooks/deliveries/{id}/redeliver': async api => {
    const { id } = await made(api, '/v1/webhooks', webhook)
    const sent = (await api.send('POST', `/v1/webhooks/${id}/test`)).body.id
    await api.database.kysely.updateTable('webhook_deliveries').set({ status: 'failed' }).execute()
    return { path: `/v1/webhooks/deliveries/${sent}/redeliver` }
  },
  '/v1/api-keys': () => ({
    path: '/v1/api-keys',
    body: { name: 'one', scopes: ['calls:read'] },
    other: { name: 'two', scopes: ['calls:read'] },
  }),
  '/v1/api-keys/{id}/rotate': async api => {
    const { id } = await made(api, '/v1/api-keys', { name: 'one', scopes: ['calls:read'] })
    return { path: `/v1/api-keys/${id}/rotate`, body: {}, other: { overlap_minutes: 1 } }
  },
  '/v1/erasures': () => ({
    path: '/v1/erasures',
    body: { phone_number: '+14155550123' },
    other: { phone_number: '+14155550124' },
  }),
  '/v1/accounts': () => ({ path: '/v1/accounts', body: { name: 'One' }, other: { name: 'Two' } }),
  '/v1/accounts/{id}/suspend': async api => ({
    path: `/v1/accounts/${(await made(api, '/v1/accounts', { name: 'One' })).id}/suspend`,
  }),
  '/v1/accounts/{id}/resume': async api => ({
    path: `/v1/accounts/${(await made(api, '/v1/accounts', { name: 'One' })).id}/resume`,
  }),
}

/** What needs a worker, a live call or more to go before; each has its test by its own. */
const elsewhere = [
  '/v1/calls/{id}/say',
  '/v1/calls/{id}/instruct',
  '/v1/calls/{id}/transfer',
  '/v1/calls/{id}/dtmf',
  '/v1/calls/{id}/listen',
  '/v1/test-calls',
  '/v1/phone-numbers/carriers/{id}/test',
  '/v1/consents/{id}/revoke',
]

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
}

test('every POST that creates or acts takes an Idempotency-Key, and answers again under it', async () => {
  const api = await testApi({ rateLimit: { requests: 100_000, seconds: 60 } })
  const { paths } = (await api.send('GET', '/openapi.json')).body as {
    paths: Record<string, { post?: Operation }>
  }
  const posts = Object.entries(paths).flatMap(([path, { post }]) => (post ? [{ path, post }] : []))
  const keyed = posts.filter(({ post }) =>
    post.parameters?.some(one => one.in === 'header' && one.name === 'idempotency-key'),
  )
  const unkeyed = posts.filter(one => !keyed.includes(one)).map(({ path }) => path)
  expect(unkeyed.sort()).toEqual(['/v1/knowledge/{id}/search', '/v1/preflight'])
  expect(
    keyed
      .map(({ path }) => path)
      .filter(path => !elsewhere.includes(path))
      .sort(),
  ).toEqual(Object.keys(examples).sort())
  for (const [path, exemplify] of Object.entries(examples)) {
    const example = await exemplify(api)
    const key = path.replaceAll(/[^a-z]/g, '_').padEnd(12, '0')
    const send = (body: unknown) =>
      api.send('POST', example.path, { body, headers: { ...example.headers, 'idempotency-key': key } })
    const first = await send(example.body)
    expect(first, path).toMatchObject({ status: expect.closeTo(201, -1) })
    expect(first.headers['idempotent-replayed'], path).toBeUndefined()
    const again = await send(example.body)
    expect([again.status, again.headers['idempotent-replayed'], again.body], path).toEqual([
      first.status,
      'true',
      first.body,
    ])
    if (example.other === undefined) continue
    const other = await send(example.other)
    expect(other, path).toMatchObject({ status: 422, body: { title: 'Idempotency key reused' } })
  }
}, 120_000)

test('secrets that an answer shows are not kept in the clear for whoever asks again', async () => {
  const api = await testApi()
  const headers = { 'idempotency-key': 'subscribe-01' }
  const { body } = await api.send('POST', '/v1/webhooks', { body: webhook, headers })
  const kept = await api.database.kysely.selectFrom('idempotency_keys').select('answer').execute()
  expect(JSON.stringify(kept)).not.toContain(body.secret)
})

test('whoever never saw the answer asks again, and gets it', async () => {
  const api = await testApi()
  const url = new URL('/v1/calls', await api.app.listen({ host: '127.0.0.1', port: 0 }))
  const headers = { 'idempotency-key': 'order-0001' }
  const gone = request(url, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
  })
  gone.on('error', () => undefined)
  gone.end(JSON.stringify(call))
  const calls = () => api.database.kysely.selectFrom('calls').select('id').execute()
  // The connection breaks at the moment when the call is there.
  await expect.poll(calls, { timeout: 10_000, interval: 1 }).toHaveLength(1)
  gone.destroy()
  const again = await api.send('POST', '/v1/calls', { body: call, headers })
  expect(again).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } })
  expect(await calls()).toEqual([{ id: again.body.call_id }])
})

test('a hundred requests with one key and a name that can be taken once get one answer', async () => {
  const api = await testApi()
  const headers = { 'idempotency-key': 'carrier-0001' }
  const body = { carrier_name: 'One', sip_gateway: { host: 'sip.a.test' } }
  const answers: Answer[] = await Promise.all(
    Array.from({ length: 100 }, () => api.send('POST', '/v1/phone-numbers/carriers', { body, headers })),
  )
  expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([201]))
  expect(new Set(answers.map(answer => answer.body.id)).size).toBe(1)
})
