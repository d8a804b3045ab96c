import { describe, expect, test } from 'vitest'
import { sharedApi, testApi } from './http-api.ts'

const carriers = '/v1/phone-numbers/carriers'
const trunk = {
  carrier_name: 'Main trunk',
  sip_gateway: { ipv4: '192.0.2.10', inbound: true },
  trunk_type: 'auth',
  registration: { username: 'clinic', password: 'correct horse' },
  max_concurrent_calls: 10,
  calls_per_second: 5,
  priority: 1,
}
const agent = { task: 'Answer questions about opening hours.', first_sentence: 'Bright Dental, hello!' }
const api = sharedApi()

const told = (body: { errors: { path: string; code: string }[] }) =>
  body.errors.map(({ path, code }) => `${path}: ${code}`).toSorted()

describe('carriers', () => {
  test('are added, listed, read and removed; the password never comes back', async () => {
    const added = await api().send('POST', carriers, { body: trunk })
    expect(added.status).toBe(201)
    expect(added.body).toEqual({
      id: expect.any(String),
      carrier_name: 'Main trunk',
      kind: 'sip',
      sip_gateway: {
        host: '192.0.2.10',
        port: 5060,
        transport: 'udp',
        srtp: false,
        inbound: true,
        outbound: true,
      },
      trunk_type: 'auth',
      registration: { username: 'clinic', realm: null, status: null, detail: null },
      inbound_auth: false,
      account_id: null,
      incoming_url: null,
      max_concurrent_calls: 10,
      calls_per_second: 5,
      priority: 1,
      created_at: expect.any(String),
    })
    const url = `${carriers}/${added.body.id}`
    expect(added.headers['location']).toBe(url)
    expect((await api().send('GET', url)).body).toEqual(added.body)
    expect((await api().send('GET', carriers)).body.data).toEqual([added.body])
    const stored = await api().database.kysely.selectFrom('carriers').selectAll().execute()
    expect(JSON.stringify(stored)).not.toContain('correct horse')
    expect((await api().send('DELETE', url)).status).toBe(204)
    expect((await api().send('GET', url)).status).toBe(404)
    expect(await api().database.kysely.selectFrom('trunk_limits').selectAll().execute()).toEqual([])
  })

  test('that register, encrypt and ask for proof are told back as they are', async () => {
    const body = {
      carrier_name: 'Registered',
      sip_gateway: { host: 'sip.example.com', transport: 'tcp', srtp: true, inbound: true },
      trunk_type: 'reg',
      registration: { ...trunk.registration, realm: 'example.com' },
      inbound_auth: true,
    }
    const added = await api().send('POST', carriers, { body })
    expect(added).toMatchObject({
      status: 201,
      body: {
        sip_gateway: { host: 'sip.example.com', srtp: true, inbound: true },
        trunk_type: 'reg',
        registration: { username: 'clinic', realm: 'example.com', status: 'waiting', detail: null },
        inbound_auth: true,
      },
    })
    expect((await api().send('GET', `${carriers}/${added.body.id}`)).body).toEqual(added.body)
  })

  test('a name is taken once per account', async () => {
    const body = { ...trunk, carrier_name: 'Twice' }
    expect((await api().send('POST', carriers, { body })).status).toBe(201)
    expect((await api().send('POST', carriers, { body })).status).toBe(409)
    const { key } = await api().stranger()
    expect((await api().send('POST', carriers, { body, key })).status).toBe(201)
  })

  test('the same request with an Idempotency-Key adds one carrier', async () => {
    const order = { body: { ...trunk, carrier_name: 'Once' }, headers: { 'idempotency-key': 'carrier-once' } }
    const [first, second] = [
      await api().send('POST', carriers, order),
      await api().send('POST', carriers, order),
    ]
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotent-replayed']).toBe('true')
  })

  test.each([
    [{ sip_gateway: {} }, ['sip_gateway.host: required']],
    [
      { sip_gateway: { host: 'trunk.example.com', inbound: true } },
      ['sip_gateway.host: ip_address_required'],
    ],
    [{ sip_gateway: { host: 'a.example', ipv4: '192.0.2.1' } }, ['sip_gateway.ipv4: mutually_exclusive']],
    [{ sip_gateway: { host: 'evil.example;lr\r\nX: y' } }, ['sip_gateway.host: invalid_format']],
    [{ sip_gateway: { ipv4: '192.0.2.1', outbound: false } }, ['sip_gateway.outbound: gateway_without_use']],
    [{ sip_gateway: undefined }, ['sip_gateway: required']],
    [{ registration: undefined }, ['registration: required']],
    [{ registration: undefined, priority: -1 }, ['priority: too_small', 'registration: required']],
    [
      { sip_gateway: { ipv4: '192.0.2.1', transport: 'tls' } },
      ['sip_gateway.transport: transport_not_available'],
    ],
    [{ trunk_type: 'static_ip' }, ['registration: mutually_exclusive']],
    [{ trunk_type: 'reg', registration: undefined }, ['registration: required']],
    [
      { trunk_type: 'static_ip', registration: undefined, inbound_auth: true },
      ['inbound_auth: mutually_exclusive'],
    ],
    [{ inbound_auth: true, sip_gateway: { ipv4: '192.0.2.1' } }, ['inbound_auth: mutually_exclusive']],
    [
      {
        kind: 'twilio',
        inbound_auth: true,
        sip_gateway: undefined,
        trunk_type: undefined,
        registration: undefined,
      },
      ['inbound_auth: mutually_exclusive', 'twilio: required'],
    ],
    [{ kind: 'pigeon', colour: 'red' }, ['colour: unrecognized_key', 'kind: invalid_value']],
    [
      { calls_per_second: 0, max_concurrent_calls: 1.5 },
      ['calls_per_second: too_small', 'max_concurrent_calls: invalid_type'],
    ],
  ])('%#: %o is refused', async (change, faults) => {
    const { status, body } = await api().send('POST', carriers, { body: { ...trunk, ...change } })
    expect(status).toBe(400)
    expect(told(body)).toEqual(faults)
  })

  test('belong to one account and need their scopes', async () => {
    const added = await api().send('POST', carriers, { body: { ...trunk, carrier_name: 'Private' } })
    const url = `${carriers}/${added.body.id}`
    const { key } = await api().stranger()
    expect((await api().send('GET', url, { key })).status).toBe(404)
    expect((await api().send('DELETE', url, { key })).status).toBe(404)
    expect((await api().send('GET', carriers, { key })).body.data).toEqual([])
    const readOnly = await api().keyWith(['phone_numbers:read'])
    expect((await api().send('GET', url, { key: readOnly })).status).toBe(200)
    const refused = await api().send('DELETE', url, { key: readOnly })
    expect(refused).toMatchObject({ status: 403, body: { required_scope: 'phone_numbers:write' } })
  })
})

const sid = '0123456789abcdef0123456789abcdef'
const vendors = [
  [
    'twilio',
    {
      account_sid: `AC${sid}`,
      auth_token: 'very-secret',
      api_key: { sid: `SK${sid}`, secret: 'very-secret' },
    },
    `AC${sid}`,
  ],
  ['telnyx', { api_key: 'very-secret', connection_id: '17', public_key: `${'A'.repeat(43)}=` }, '17'],
  ['plivo', { auth_id: 'MAXXXXXXXXXXXXXXXXXX', auth_token: 'very-secret' }, 'MAXXXXXXXXXXXXXXXXXX'],
] as const

describe.each(vendors)('a carrier of kind %s', (kind, account, name) => {
  const body = { carrier_name: `At ${kind}`, kind, [kind]: account }

  test('is added and read; its secrets never come back, nor stand in the database', async () => {
    const added = await api().send('POST', carriers, { body })
    expect(added).toMatchObject({
      status: 201,
      body: { kind, account_id: name, sip_gateway: null, trunk_type: null, registration: null },
    })
    expect(added.body.incoming_url).toBe(`https://calls.test/carriers/incoming/${added.body.id}`)
    expect((await api().send('GET', `${carriers}/${added.body.id}`)).body).toEqual(added.body)
    const stored = await api().database.kysely.selectFrom('carriers').selectAll().execute()
    expect(JSON.stringify([stored, added.body])).not.toContain('very-secret')
  })

  test('is refused where vendors can not reach the server', async () => {
    const hidden = await testApi({ streamUrl: null })
    const { status, body: answer } = await hidden.send('POST', carriers, { body })
    expect(status).toBe(400)
    expect(told(answer)).toEqual(['kind: no_stream_address'])
  })

  test('tells all that is missing, and what belongs to other kinds, at once', async () => {
    const other = kind === 'plivo' ? 'twilio' : 'plivo'
    const wrong = { kind, [other]: {}, trunk_type: 'auth', sip_gateway: trunk.sip_gateway, priority: -1 }
    const { body: answer } = await api().send('POST', carriers, { body: wrong })
    expect(told(answer)).toEqual(
      expect.arrayContaining([
        'carrier_name: required',
        'priority: too_small',
        'sip_gateway: mutually_exclusive',
        'trunk_type: mutually_exclusive',
        `${kind}: required`,
        `${other}: mutually_exclusive`,
      ]),
    )
  })

  test('takes no secret that breaks a header', async () => {
    const secret = kind === 'telnyx' ? 'api_key' : 'auth_token'
    const wrong = { ...body, [kind]: { ...account, [secret]: 'a\r\nb: c' } }
    const { body: answer } = await api().send('POST', carriers, { body: wrong })
    expect(told(answer)).toEqual([`${kind}.${secret}: invalid_format`])
  })
})

describe('numbers', () => {
  const add = (number: string, more: object = {}) =>
    api().send('POST', '/v1/phone-numbers', { body: { number, ...more } })

  test('are added, changed, listed in pages and removed', async () => {
    const carrier = await api().send('POST', carriers, { body: { ...trunk, carrier_name: 'Numbers' } })
    const added = await add('+14155550101', { voip_carrier_sid: carrier.body.id, inbound_agent: agent })
    expect(added).toMatchObject({
      status: 201,
      body: { number: '+14155550101', carrier_name: 'Numbers', source: 'api', label: null, status: 'active' },
    })
    expect(added.body.inbound_agent).toMatchObject(agent)
    expect((await api().send('DELETE', `${carriers}/${carrier.body.id}`)).body.current_status).toBe('in_use')

    const url = `/v1/phone-numbers/${added.body.id}`
    const change = { label: 'Reception', voip_carrier_sid: null }
    const changed = await api().send('PATCH', url, { body: change })
    expect(changed.body).toEqual({ ...added.body, ...change, carrier_name: null })
    expect((await api().send('GET', url)).body).toEqual(changed.body)

    const first = await api().send('GET', '/v1/phone-numbers?limit=1')
    expect(first.body).toMatchObject({ data: [{ id: added.body.id }], has_more: true })
    const next = await api().send('GET', `/v1/phone-numbers?limit=1&cursor=${first.body.next_cursor}`)
    expect(next.body.data).toMatchObject([{ number: '+18005551234', source: 'settings' }])
    expect((await api().send('GET', '/v1/phone-numbers?cursor=nonsense')).status).toBe(400)

    expect((await api().send('DELETE', url)).status).toBe(204)
    expect((await api().send('DELETE', url)).status).toBe(404)
  })

  test('a number that was added may be shown to callees', async () => {
    await add('+14155550102')
    const body = { phone_number: '+14155551234', task: 'Say hello to them.', from_number: '+14155550102' }
    expect((await api().send('POST', '/v1/calls', { body })).status).toBe(201)
    expect((await add('+14155550102')).status).toBe(409)
  })

  test('all faults of a number and its agent are told at once', async () => {
    const { status, body } = await add('12', {
      voip_carrier_sid: '01a208b0-9f78-7a02-a228-53ab7f37aae8',
      inbound_agent: { task: 'Ask {{who}} about it.', voice: 'nobody', phone_number: '+14155551234' },
      colour: 'red',
    })
    expect(status).toBe(400)
    expect(told(body)).toEqual([
      'colour: unrecognized_key',
      'inbound_agent.phone_number: unrecognized_key',
      'inbound_agent.task: placeholder_without_value',
      'inbound_agent.voice: unknown_voice',
      'number: invalid_format',
      'voip_carrier_sid: unknown_carrier',
    ])
  })

  test('belong to one account', async () => {
    const added = await add('+14155550103')
    const stranger = await api().stranger()
    const url = `/v1/phone-numbers/${added.body.id}`
    for (const method of ['GET', 'DELETE'] as const)
      expect((await api().send(method, url, { key: stranger.key })).status).toBe(404)
    const label = { body: { label: 'mine' }, key: stranger.key }
    expect((await api().send('PATCH', url, label)).status).toBe(404)
    const carrier = await api().send('POST', carriers, { body: trunk, key: stranger.key })
    const theirs = await api().send('PATCH', url, { body: { voip_carrier_sid: carrier.body.id } })
    expect(told(theirs.body)).toEqual(['voip_carrier_sid: unknown_carrier'])
  })
})
