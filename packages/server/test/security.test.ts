import { createHash } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { isDeeperThan } from '../src/http/json-body.ts'
import { holderOf } from '../src/http/rate-limit.ts'
import { sharedApi, type TestApi, testApi } from './http-api.ts'

/** What browsers are told, and what is refused before it costs anything (OWASP API4 and API8, 2023). */

const call = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }

describe('every answer tells browsers to make no more of it than it is', () => {
  const api = sharedApi()

  test.each([
    ['/v1/models', 200],
    ['/v1/calls/x', 404],
    ['/v1/nothing', 404],
    ['/v1/calls?limit=x', 400],
    ['/healthz', 200],
    ['/openapi.json', 200],
    ['/docs/', 200],
    [`/v1/calls/${'x'.repeat(400)}`, 414],
    ['/v1/calls/%', 400],
  ])('%s', async (url, status) => {
    const { headers, ...answer } = await api().send('GET', url)
    expect(answer.status).toBe(status)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'permissions-policy': expect.stringMatching(/microphone=\(self\).*usb=\(\)/),
      'content-security-policy': expect.stringMatching(/^default-src '(self|none)';.*frame-ancestors 'none'/),
    })
    // Over plain HTTP it would lock browsers out.
    expect(headers).not.toHaveProperty('strict-transport-security')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('server')
    expect(String(headers['content-security-policy'])).not.toMatch(/script-src[^;]*unsafe/)
  })

  test('a refused key is told no more', async () => {
    const { headers, body } = await api().send('GET', '/v1/calls', { key: 'pk_live_x' })
    expect(headers).toHaveProperty('permissions-policy')
    expect(JSON.stringify(body)).not.toMatch(/ at |stack|\.ts/)
  })

  test('the page of the reference runs its own inline script, by its hash', async () => {
    const { headers, body } = await api().send('GET', '/docs/')
    const inline = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(body as string)?.[1] ?? ''
    const hash = createHash('sha256').update(inline).digest('base64')
    expect(inline).toContain('createApiReference')
    expect(headers['content-security-policy']).toContain(`script-src 'self' 'sha256-${hash}';`)
  })
})

test('behind TLS browsers are told to come by TLS alone', async () => {
  const links = { publicUrl: 'https://calls.example', secret: Buffer.alloc(32, 6) }
  const api = await testApi({ links })
  const { headers } = await api.send('GET', '/v1/models')
  expect(headers['strict-transport-security']).toBe('max-age=31536000')
})

describe('JSON', () => {
  const api = sharedApi()
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  test('is nested 32 levels at most', async () => {
    const body = (depth: number) => `{"phone_number":${nested(depth)}}`
    const fits = await api().send('POST', '/v1/calls', { body: body(31) })
    expect(fits.body).toMatchObject({ status: 400, title: 'Invalid request body' })
    const deeper = await api().send('POST', '/v1/calls', { body: body(32) })
    expect(deeper.body).toMatchObject({ status: 400, title: 'Malformed JSON', detail: /32 levels/ })
  })

  test.each([
    ['', false],
    ['[[]]', false],
    ['[[[]]]', true],
    ['[{"a":[', true],
    ['"[[[["', false],
    [String.raw`"\"[[["`, false],
    [String.raw`"\\",[[[`, true],
    ['[],[],[],[]', false],
  ])('%s is deeper than two: %s', (text, expected) => {
    expect(isDeeperThan(text, 2)).toBe(expected)
  })

  test.each(['{"__proto__":{"admin":true}}', '{"metadata":{"constructor":{"prototype":{"admin":true}}}}'])(
    'reaches for no prototype: %s',
    async body => {
      expect((await api().send('POST', '/v1/calls', { body })).body).toMatchObject({
        title: 'Malformed JSON',
      })
      expect({}).not.toHaveProperty('admin')
    },
  )

  test('is a megabyte at most', async () => {
    const body = { ...call, metadata: { a: 'x'.repeat(1_048_577) } }
    const answer = await api().send('POST', '/v1/calls', { body })
    expect(answer.body).toMatchObject({ status: 413, title: 'Payload too large' })
  })
})

async function statusesFrom(
  api: TestApi,
  remoteAddress: string,
  o: { url: string; times: number; headers?: Record<string, string> },
): Promise<number[]> {
  const statuses: number[] = []
  for (let n = 0; n < o.times; n += 1) {
    const { statusCode } = await api.app.inject({ url: o.url, remoteAddress, headers: o.headers ?? {} })
    statuses.push(statusCode)
  }
  return statuses
}

describe('whoever shows no key', () => {
  const rateLimit = { requests: 3, seconds: 60 }

  test.each([
    ['/v1/calls', 401],
    ['/openapi.json', 200],
    ['/nowhere', 404],
  ])('asks for %s only so often from one address', async (url, status) => {
    const api = await testApi({ rateLimit })
    expect(await statusesFrom(api, '192.0.2.1', { url, times: 5 })).toEqual([
      status,
      status,
      status,
      429,
      429,
    ])
    expect(await statusesFrom(api, '192.0.2.2', { url, times: 1 })).toEqual([status])
    // Nor does it cost those who have one anything.
    const authorization = `Bearer ${api.key}`
    expect(
      await statusesFrom(api, '192.0.2.1', { url: '/v1/models', times: 1, headers: { authorization } }),
    ).toEqual([200])
  })

  test('is one holder with all addresses of a /64', async () => {
    const api = await testApi({ rateLimit })
    const statuses = []
    for (let n = 1; n <= 4; n += 1)
      statuses.push(...(await statusesFrom(api, `2001:db8::${n}`, { url: '/openapi.json', times: 1 })))
    expect(statuses).toEqual([200, 200, 200, 429])
    expect(holderOf('::ffff:192.0.2.1')).toBe('192.0.2.1')
  })

  test('may probe as often as probes do', async () => {
    const api = await testApi({ rateLimit })
    expect(new Set(await statusesFrom(api, '192.0.2.1', { url: '/healthz', times: 9 }))).toEqual(
      new Set([200]),
    )
  })

  test('guesses neither keys nor links nor tokens', async () => {
    const api = await testApi()
    const { call_id: id } = (await api.send('POST', '/v1/calls', { body: call })).body
    const link = `/v1/calls/${id}/recording?expires=4000000000&signature=x`
    const statuses = await statusesFrom(api, '192.0.2.1', { url: link, times: 33 })
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(403))
    expect(statuses.at(-1)).toBe(429)
    const authorization = 'Bearer pk_live_x'
    expect(
      await statusesFrom(api, '192.0.2.1', { url: '/v1/calls', times: 1, headers: { authorization } }),
    ).toEqual([429])
  })
})

test('a proxy in front is believed who asks, if the operator named it', async () => {
  const headers = { 'x-forwarded-for': '192.0.2.7' }
  const o = { url: '/openapi.json', times: 2, headers }
  const rateLimit = { requests: 1, seconds: 60 }
  const api = await testApi({ rateLimit, trustedProxies: ['10.0.0.0/8'] })
  expect(await statusesFrom(api, '10.0.0.1', o)).toEqual([200, 429])
  expect(await statusesFrom(api, '10.0.0.2', { ...o, times: 1 })).toEqual([429])
  expect(
    await statusesFrom(api, '10.0.0.2', { ...o, times: 1, headers: { 'x-forwarded-for': '192.0.2.8' } }),
  ).toEqual([200])
  // Anybody else says what they like, and is asked themselves.
  expect(await statusesFrom(api, '198.51.100.1', { ...o, times: 1 })).toEqual([200])
})

test('whoever has gone before anybody knows where they are does nothing that nobody could trace', async () => {
  const api = await testApi()
  // As of a socket that was reset right after its request.
  api.app.server.prependListener('connection', socket =>
    Object.defineProperty(socket, 'remoteAddress', { value: undefined }),
  )
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 })
  for (const key of [api.key, await api.keyWith(['leads:write'], ['192.0.2.0/24'])]) {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const asked = { method: 'POST', headers, body: '{"name":"Untraceable"}' }
    expect((await fetch(`${url}/v1/lead-lists`, asked)).status).toBe(400)
  }
  expect((await api.send('GET', '/v1/lead-lists')).body.data).toEqual([])
})

/** What comes back for these bytes, until the server hangs up. */
async function answerTo(api: TestApi, bytes: string): Promise<string> {
  if (!api.app.server.listening) await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  return await text(socket)
}

describe('what is no HTTP is told as a problem, and hung up on', () => {
  const api = sharedApi()

  test.each([
    ['rubbish', 'rubbish\r\n\r\n', 400, 'Bad request'],
    ['SIP', 'OPTIONS sip:a SIP/2.0\r\n\r\n', 400, 'Bad request'],
    ['no host', 'GET /v1/calls HTTP/1.1\r\n\r\n', 400, null],
    ['a space in a name', 'GET / HTTP/1.1\r\nHost: a\r\nA b: c\r\n\r\n', 400, 'Bad request'],
    [
      'two lengths (request smuggling)',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'Bad request',
    ],
    [
      'a long field',
      `GET / HTTP/1.1\r\nHost: a\r\nA: ${'x'.repeat(40_000)}\r\n\r\n`,
      431,
      'Header fields too large',
    ],
  ])('%s', async (...[, bytes, status, title]) => {
    const answer = await answerTo(api(), bytes)
    expect(answer.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    if (title === null) return
    expect(answer).toContain('application/problem+json')
    expect(JSON.parse(answer.split('\r\n\r\n').at(-1) ?? '')).toMatchObject({ status, title })
  })
})
