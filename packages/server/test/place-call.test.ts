import { describe, expect, test } from 'vitest'
import { sharedApi, testApi } from './http-api.ts'

const valid = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }

test('faults of schema and of meaning are told together, each with its path', async () => {
  const api = await testApi()
  const { status, body } = await api.send('POST', '/v1/calls', {
    body: {
      phone_number: '+11234567890',
      task: 'Ask {{name}} about {{topic|the weather}} and {{ place }}.',
      instructions: 'Be kind to {{name}}.',
      first_sentence: 'Hello {{who}}',
      voice: 'nobody',
      max_duration: 500,
      request_data: { name: 'John' },
      colour: 'red',
    },
  })
  expect(status).toBe(400)
  expect(body).toMatchObject({ status: 400, title: 'Invalid request body' })
  const told = body.errors.map(({ path, code }: { path: string; code: string }) => `${path}: ${code}`)
  expect(told.toSorted()).toEqual([
    'colour: unrecognized_key',
    'first_sentence: placeholder_without_value',
    'instructions: mutually_exclusive',
    'max_duration: too_big',
    'phone_number: not_in_numbering_plan',
    'task: placeholder_without_value',
    'voice: unknown_voice',
  ])
  const about = (path: string) => body.errors.find((fault: { path: string }) => fault.path === path).message
  expect(about('task')).toContain('{{place}}')
  expect(about('voice')).toContain('Valid voices: alloy, echo')
})

describe('one fault is told alone', () => {
  const api = sharedApi()
  test.each([
    [{ task: undefined }, 'task', 'required'],
    [{ mode: 'legacy', voice: 'alloy' }, 'voice', 'unknown_voice'],
    [{ model: 'brain-1' }, 'model', 'unknown_model'],
    [{ mode: 'telepathy' }, 'mode', 'invalid_value'],
    [{ phone_number: 'sip:bob@example.com' }, 'phone_number', 'sip_uri_not_allowed'],
    [{ webhook_url: 'file:///etc/passwd' }, 'webhook_url', 'invalid_format'],
    [{ metadata: { a: 'x'.repeat(17_000) } }, 'metadata', 'invalid_value'],
    [{ request_data: { deep: [] } }, 'request_data.deep', 'invalid_union'],
    [{ task: 'Hello there, \0 friend' }, 'task', 'invalid_format'],
    [{ temperature: 2.1 }, 'temperature', 'too_big'],
    [{ interruption: { min_speech_ms: -1 } }, 'interruption.min_speech_ms', 'too_small'],
    [{ interruption: { barge_in: true } }, 'interruption.barge_in', 'unrecognized_key'],
    [
      { silence: { prompt_after_seconds: 30, hang_up_after_seconds: 20 } },
      'silence.hang_up_after_seconds',
      'invalid_value',
    ],
    [{ background_audio: 'beach' }, 'background_audio', 'invalid_value'],
    [{ agent: 'Sarah' }, 'agent', 'unrecognized_key'],
  ])('%#: $1 $2', async (change, path, code) => {
    const { status, body } = await api().send('POST', '/v1/calls', { body: { ...valid, ...change } })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ path, code, message: expect.any(String) }])
  })
})

test('a number that is not owned cannot be shown', async () => {
  const api = await testApi()
  const body = { ...valid, from_number: '+14155550199' }
  const answer = await api.send('POST', '/v1/calls', { body })
  expect(answer.status).toBe(422)
  expect(answer.body).toMatchObject({
    type: 'http://api.test/errors/from_number_not_owned',
    errors: [{ path: 'from_number' }],
  })
  const rows = await api.database.kysely.selectFrom('calls').selectAll().execute()
  expect(rows).toEqual([])
})

test('call, first event, dial job and asked-for webhook appear together', async () => {
  const api = await testApi()
  const answer = await api.send('POST', '/v1/calls', {
    body: {
      ...valid,
      webhook_url: 'https://example.com/hook',
      webhook_events: ['call.queued'],
      metadata: { order: 7, nested: { ключ: ['😀', null] } },
    },
  })
  expect(answer.status).toBe(201)
  const { kysely } = api.database
  const events = await kysely.selectFrom('call_events').selectAll().execute()
  expect(events).toMatchObject([{ call_id: answer.body.call_id, sequence: 1, type: 'queued' }])
  const hooks = await kysely.selectFrom('webhook_deliveries').selectAll().execute()
  expect(hooks).toMatchObject([{ event: 'call.queued', url: 'https://example.com/hook' }])
  const call = await api.send('GET', `/v1/calls/${answer.body.call_id}`)
  expect(call.body).toMatchObject({
    id: answer.body.call_id,
    account_id: api.accountId,
    phone_number: '+14155551234',
    from_phone_number: '+18005551234',
    status: 'queued',
    call_status: null,
    direction: 'outbound',
    transcript: [],
    duration: null,
    metadata: { order: 7, nested: { ключ: ['😀', null] } },
    request: { task: valid.task },
  })
})

test('a sip: address is dialled where the account allows it', async () => {
  const api = await testApi()
  await api.database.kysely
    .updateTable('accounts')
    .set({ settings: JSON.stringify({ allowSipUris: true }) })
    .execute()
  const body = { ...valid, phone_number: 'sip:bob@example.com' }
  expect((await api.send('POST', '/v1/calls', { body })).status).toBe(201)
})

test('while draining no call is accepted, but calls can be read and stopped', async () => {
  const api = await testApi()
  const placed = await api.send('POST', '/v1/calls', { body: valid })
  api.draining = true
  const refused = await api.send('POST', '/v1/calls', { body: valid })
  expect(refused).toMatchObject({ status: 503, body: { title: 'Shutting down' } })
  expect(refused.headers['retry-after']).toBe('5')
  expect((await api.send('GET', '/readyz', { key: '' })).status).toBe(503)
  expect((await api.send('GET', '/healthz', { key: '' })).status).toBe(200)
  expect((await api.send('POST', `/v1/calls/${placed.body.call_id}/stop`)).status).toBe(200)
})

test("what an account demands is told to every callee, in words of the call's language", async () => {
  const api = await testApi()
  await api.database.kysely
    .updateTable('accounts')
    .set({ settings: JSON.stringify({ disclosure: { ai: true } }) })
    .execute()
  const asked = { disclosure: { ai: false, recording: true, text: 'For {{name}}: this is taped.' } }
  const body = { ...valid, ...asked, request_data: { name: 'Jo' } }
  expect((await api.send('POST', '/v1/calls', { body })).status).toBe(201)
  const calls = await api.database.kysely.selectFrom('calls').select('plan').execute()
  expect(calls[0]?.plan.disclosure).toBe('For Jo: this is taped. This is an AI assistant calling.')
  const refused = await api.send('POST', '/v1/calls', { body: { ...valid, stt_language: 'fi-FI' } })
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'disclosure.text' }] } })
})
