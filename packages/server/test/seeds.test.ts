import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { englishCatalogue, testApi } from './http-api.ts'

async function seed(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(new URL(`./seed/${name}.json`, import.meta.url), 'utf8'))
}

const placed = { call_id: expect.stringMatching(/^[0-9a-f-]{36}$/), provider_call_id: null, status: 'queued' }

test('the simple call is placed', async () => {
  const api = await testApi()
  const answer = await api.send('POST', '/v1/calls', { body: await seed('call-simple-task') })
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual(placed)
  expect(answer.headers['location']).toBe(`/v1/calls/${answer.body.call_id}`)
})

test('the call with instructions is placed; its temperature is left out with a warning', async () => {
  const api = await testApi()
  const answer = await api.send('POST', '/v1/calls', { body: await seed('call-simple') })
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    ...placed,
    warnings: [{ path: 'temperature', message: expect.stringContaining('rt-1') }],
  })
})

test('the templated call is placed with every placeholder filled', async () => {
  const api = await testApi()
  const body = await seed('call-templated')
  const answer = await api.send('POST', '/v1/calls', { body })
  expect(answer.status).toBe(201)
  const { plan, request } = await api.database.kysely
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', answer.body.call_id)
    .executeTakeFirstOrThrow()
  expect(plan).toMatchObject({
    to: '+14155551234',
    from: '+18005551234',
    firstSentence:
      "Hi John Smith, this is Sarah from Bright Dental. I'm calling to confirm your appointment tomorrow at 3:00 PM.",
    prompt: {
      kind: 'instructions',
      text: expect.stringContaining("confirm John Smith's appointment on 2025-12-24"),
    },
    maxDurationMs: 5 * 60_000,
    temperature: null,
    requestData: { patient_name: 'John Smith' },
  })
  expect(request).toEqual(body)
})

test('the Spanish call needs its voice, then a recognizer, then is placed', async () => {
  const api = await testApi()
  const body = await seed('call-spanish-legacy')
  const unknown = await api.send('POST', '/v1/calls', { body })
  expect(unknown.status).toBe(400)
  expect(unknown.body.errors).toEqual([
    { path: 'voice', code: 'unknown_voice', message: expect.stringContaining('rachel') },
  ])
  const registered = await api.send('POST', '/v1/voices', {
    body: { voice_id: 'your-spanish-voice-id', name: 'Lucía', languages: ['es-es'] },
  })
  expect(registered.status).toBe(201)
  expect(registered.body).toMatchObject({ id: 'your-spanish-voice-id', mode: 'legacy', languages: ['es-ES'] })
  const unheard = await api.send('POST', '/v1/calls', { body })
  expect(unheard.status).toBe(422)
  expect(unheard.body).toMatchObject({
    type: 'http://api.test/errors/language_not_available',
    errors: [{ path: 'stt_language', message: expect.stringContaining('en-US') }],
  })
  api.catalogue = { ...englishCatalogue, recognizedLanguages: ['en-US', 'es'] }
  const answer = await api.send('POST', '/v1/calls', { body })
  expect(answer.status).toBe(201)
  const call = await api.send('GET', `/v1/calls/${answer.body.call_id}`)
  expect(call.body).toMatchObject({ voice: 'your-spanish-voice-id', mode: 'legacy', model: 'brain-1' })
})

test('a wrong number is answered as the seed says', async () => {
  const api = await testApi()
  const wanted = await seed('error-invalid-phone-number')
  for (const phone_number of ['4155551234', '+1', '+0123456789', 'hello', '+1 415 555 1234', '']) {
    const body = { ...(await seed('call-simple-task')), phone_number }
    const answer = await api.send('POST', '/v1/calls', { body })
    expect(answer.status).toBe(400)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.body).toMatchObject(wanted)
    expect(answer.body.errors).toHaveLength(1)
  }
})
