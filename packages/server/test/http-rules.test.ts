import { describe, expect, test } from 'vitest'
import { sharedApi, testApi } from './http-api.ts'

const valid = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }

test('without a valid key nothing is told', async () => {
  const api = await testApi()
  for (const authorization of ['', 'Bearer', 'Bearer nonsense', 'Basic abc', `Bearer ${api.key}x`]) {
    const answer = await api.send('GET', '/v1/calls', { key: '', headers: { authorization } })
    expect(answer).toMatchObject({ status: 401, body: { title: 'Unauthorized', status: 401 } })
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  }
})

test('a missing scope is named', async () => {
  const api = await testApi()
  const key = await api.keyWith(['calls:read'])
  expect((await api.send('GET', '/v1/calls', { key })).status).toBe(200)
  const answer = await api.send('POST', '/v1/calls', { key, body: valid })
  expect(answer).toMatchObject({ status: 403, body: { required_scope: 'calls:write' } })
})

test('a key works only from its addresses', async () => {
  const api = await testApi()
  const elsewhere = await api.keyWith(['calls:read'], ['10.0.0.0/8', '2001:db8::1'])
  const here = await api.keyWith(['calls:read'], ['127.0.0.0/8'])
  expect((await api.send('GET', '/v1/calls', { key: elsewhere })).status).toBe(403)
  expect((await api.send('GET', '/v1/calls', { key: here })).status).toBe(200)
})

test("another account's call is no call", async () => {
  const api = await testApi()
  const { body } = await api.send('POST', '/v1/calls', { body: valid })
  const { key } = await api.stranger()
  const paths = ['', '/events', '/recording', '/timeline'].map(path => ['GET', path] as const)
  const actions = ['/stop', '/cancel'].map(path => ['POST', path] as const)
  for (const [method, path] of [...paths, ...actions]) {
    const answer = await api.send(method, `/v1/calls/${body.call_id}${path}`, { key })
    expect(answer, path).toMatchObject({ status: 404, body: { title: 'Not found' } })
  }
  expect((await api.send('GET', '/v1/calls', { key })).body.data).toEqual([])
})

describe('what is no request for us is told as a problem', () => {
  const api = sharedApi()
  test.each([
    ['GET', '/v1/nothing', {}, 404],
    ['GET', '/v1/calls/not-a-uuid', {}, 404],
    ['GET', `/v1/calls/${'x'.repeat(400)}`, {}, 414],
    ['GET', '/v1/calls/%', {}, 400],
    ['DELETE', '/v1/calls', {}, 405],
    ['GET', '/v1/calls/x/stop', {}, 405],
    ['POST', '/v1/calls', { body: '{"phone_number":' }, 400],
    ['POST', '/v1/calls', { body: 'null' }, 400],
    ['POST', '/v1/calls', { body: '{"__proto__": {"a": 1}}' }, 400],
    [
      'POST',
      '/v1/calls',
      { body: 'x=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
    ],
    ['POST', '/v1/calls', { body: JSON.stringify({ task: 'x'.repeat(1_100_000) }) }, 413],
    ['GET', '/v1/calls?limit=0', {}, 400],
    ['GET', '/v1/calls?colour=red', {}, 400],
    ['GET', '/v1/calls?cursor=zzz', {}, 400],
    ['GET', '/v1/calls?created_after=yesterday', {}, 400],
  ] as const)('%#: %s %s', async (...[method, url, sent, status]) => {
    const answer = await api().send(method, url, sent)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.body).toMatchObject({ status, title: expect.any(String) })
    expect(answer.body.instance).toBe(answer.headers['x-request-id'])
    if (status === 405) expect(answer.headers['allow']).toMatch(/POST/)
  })
})

test('a key that asks too fast is slowed down, others are not', async () => {
  const api = await testApi({ rateLimit: { requests: 3, seconds: 60 } })
  const answers = []
  for (let n = 0; n < 5; n += 1) answers.push(await api.send('GET', '/v1/models'))
  expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 429, 429])
  expect(answers[0]!.headers).toMatchObject({
    'ratelimit-policy': '"default";q=3;w=60',
    ratelimit: expect.stringMatching(/^"default";r=2;t=\d+$/),
  })
  expect(Number(answers[4]!.headers['retry-after'])).toBeGreaterThan(0)
  expect((await api.send('GET', '/v1/models', { key: await api.keyWith(['admin']) })).status).toBe(200)
})

test('guessing keys is slowed down, and a good key of another guesser is not told apart', async () => {
  const api = await testApi()
  const statuses = new Set<number>()
  for (let n = 0; n < 40; n += 1) {
    statuses.add((await api.send('GET', '/v1/calls', { key: `pk_live_${n}` })).status)
  }
  expect([...statuses]).toEqual([401, 429])
})

test('keys are made, listed without themselves, and revoked', async () => {
  const api = await testApi()
  const made = await api.send('POST', '/v1/api-keys', {
    body: { name: 'reader', scopes: ['calls:read', 'calls:read'] },
  })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ key: expect.stringMatching(/^pk_live_/), scopes: ['calls:read'] })
  const { key, id, ...listed } = made.body
  expect((await api.send('GET', '/v1/calls', { key })).status).toBe(200)
  const list = await api.send('GET', '/v1/api-keys')
  expect(list.body.data).toContainEqual({ id, ...listed })
  expect(JSON.stringify(list.body)).not.toContain(key)
  expect((await api.send('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
  expect((await api.send('GET', '/v1/calls', { key })).status).toBe(401)
  expect((await api.send('DELETE', `/v1/api-keys/${id}`)).status).toBe(404)
  const own = list.body.data.find((row: { name: string }) => row.name === 'Administrator').id
  expect((await api.send('DELETE', `/v1/api-keys/${own}`)).status).toBe(409)
  const bad = await api.send('POST', '/v1/api-keys', {
    body: { name: '', scopes: ['everything'], allowed_ips: ['here'] },
  })
  expect(bad.body.errors.map((fault: { path: string }) => fault.path)).toEqual([
    'name',
    'scopes[0]',
    'allowed_ips[0]',
  ])
})

test('voices are registered once, listed first, and removed', async () => {
  const api = await testApi()
  const voice = { voice_id: 'lucia', provider: 'tts' }
  expect((await api.send('POST', '/v1/voices', { body: voice })).status).toBe(201)
  expect((await api.send('POST', '/v1/voices', { body: voice })).status).toBe(409)
  const wrong = await api.send('POST', '/v1/voices', { body: { ...voice, provider: 'cloud' } })
  expect(wrong.body.errors).toEqual([
    { path: 'provider', code: 'unknown_provider', message: expect.stringContaining('tts') },
  ])
  const all = await api.send('GET', '/v1/voices')
  expect(all.body.data.map((entry: { id: string }) => entry.id)).toEqual(['lucia', 'alloy', 'echo', 'rachel'])
  const builtin = await api.send('GET', '/v1/voices/builtin')
  expect(builtin.body.data).toHaveLength(3)
  const { key } = await api.stranger()
  expect((await api.send('DELETE', '/v1/voices/lucia', { key })).status).toBe(404)
  expect((await api.send('DELETE', '/v1/voices/lucia')).status).toBe(204)
  expect((await api.send('GET', '/v1/voices')).body.data).toHaveLength(3)
  const models = await api.send('GET', '/v1/models')
  expect(models.body.data).toContainEqual(
    expect.objectContaining({ id: 'rt-1', supports_temperature: false, default: true }),
  )
})

test('the API describes itself, in a document and on a page that asks nobody else', async () => {
  const api = await testApi()
  const { body } = await api.send('GET', '/openapi.json', { key: '' })
  expect(body.openapi).toBe('3.1.0')
  for (const path of ['/v1/calls', '/v1/calls/{id}/events', '/v1/voices', '/v1/api-keys', '/readyz']) {
    expect(body.paths).toHaveProperty([path])
  }
  const placing = body.paths['/v1/calls'].post
  expect(JSON.stringify(placing.requestBody)).toContain('PlaceCall')
  const named = Object.keys(body.components.schemas)
  expect(named).toEqual(expect.arrayContaining(['Call', 'PlaceCallInput', 'Problem']))
  expect(named).not.toContain('CallInput')
  const problem = await api.send('GET', '/v1/nothing')
  const meaning = await api.send('GET', new URL(problem.body.type).pathname, { key: '' })
  expect(meaning.body).toEqual({ code: 'not_found', status: 404, title: 'Not found' })
  const page = await api.send('GET', '/docs/', { key: '' })
  expect(page.status).toBe(200)
  expect(page.body).not.toMatch(/(?:src|href)="https?:/)
  const script = await api.send('GET', '/docs/js/scalar.js', { key: '' })
  expect(script.status).toBe(200)
})

test('calls are listed newest first, filtered, in pages that stay put while calls arrive', async () => {
  const api = await testApi()
  const ids: string[] = []
  const place = async () => ids.unshift((await api.send('POST', '/v1/calls', { body: valid })).body.call_id)
  for (let n = 0; n < 5; n += 1) await place()
  const first = await api.send('GET', '/v1/calls?limit=2')
  expect(first.body).toMatchObject({ has_more: true, next_cursor: expect.any(String) })
  await place()
  const second = await api.send('GET', `/v1/calls?limit=3&cursor=${first.body.next_cursor}`)
  const seen = [...first.body.data, ...second.body.data].map((call: { id: string }) => call.id)
  expect(seen).toEqual(ids.slice(1))
  expect(second.body).toMatchObject({ has_more: false, next_cursor: null })
  await api.send('POST', `/v1/calls/${ids[0]}/stop`)
  const count = async (query: string) => (await api.send('GET', `/v1/calls?${query}`)).body.data.length
  expect(await count('status=cancelled')).toBe(1)
  expect(await count('call_status=cancelled&status=cancelled')).toBe(1)
  expect(await count('status=queued')).toBe(5)
  expect(await count('phone_number=%2B14155550000')).toBe(0)
  expect(await count('created_after=2020-01-01T00:00:00Z')).toBe(6)
  expect(await count('created_before=2020-01-01T00:00:00Z')).toBe(0)
})
