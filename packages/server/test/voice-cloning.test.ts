import { openCartesia } from '@parley/rehearsal/stand-ins/cartesia/open-cartesia'
import {
  openElevenLabs,
  type ElevenLabsOptions,
} from '@parley/rehearsal/stand-ins/elevenlabs/open-elevenlabs'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { wavHeader } from '@parley/wire/audio/wav-header'
import pino from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeWav } from '../src/files/mp3/encode-wav.ts'
import { hostedCloners } from '../src/speech/hosted/cloners.ts'
import { type Cloner, VoiceFault } from '../src/speech/port.ts'
import { type Answer, type TestApi, testApi } from './http-api.ts'

const apiKey = 'canary-7c21'

function recording(seconds: number): Buffer {
  const data = Buffer.alloc(seconds * 16_000)
  for (let i = 0; i < data.length / 2; i++) data.writeInt16LE(Math.round(9_000 * Math.sin(i / 5)), 2 * i)
  const format = { channels: 1, sampleRateHz: 8_000, bitsPerSample: 16 }
  return Buffer.concat([wavHeader(format, data.length), data])
}

async function providers(options: ElevenLabsOptions = {}) {
  const kept = new AsyncDisposableStack()
  onTestFinished(() => kept.disposeAsync())
  const elevenlabs = kept.use(await openElevenLabs({ apiKey, ...options }))
  const cartesia = kept.use(await openCartesia({ apiKey }))
  const cloners = hostedCloners({
    elevenlabs: { apiKey, url: elevenlabs.url },
    cartesia: { apiKey, url: cartesia.url },
  })
  return { elevenlabs, cartesia, cloners }
}

const usual = { name: 'Anna', consent: 'true' }

interface SentClone {
  readonly fields?: Record<string, string>
  readonly file?: Uint8Array | null
  readonly key?: string
  readonly idempotencyKey?: string
}

async function send(api: TestApi, o: SentClone = {}): Promise<Answer> {
  const form = new FormData()
  for (const [name, value] of Object.entries(o.fields ?? usual)) form.append(name, value)
  const { file = recording(6) } = o
  if (file !== null) form.append('file', new Blob([new Uint8Array(file)]), 'whatever.bin')
  const body = new Response(form)
  const response = await api.app.inject({
    method: 'POST',
    url: '/v1/voices',
    headers: {
      authorization: `Bearer ${o.key ?? api.key}`,
      'content-type': body.headers.get('content-type') ?? '',
      ...(o.idempotencyKey === undefined ? {} : { 'idempotency-key': o.idempotencyKey }),
    },
    payload: Buffer.from(await body.arrayBuffer()),
  })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}

const askedOf = ({ log }: StandIn, type: string) =>
  log.filter(entry => entry.type === type).map(({ body }) => body)

async function auditOf(api: TestApi) {
  const rows = await api.database.kysely.selectFrom('audit_log').selectAll().execute()
  const ofVoices = rows.filter(({ action }) => action.startsWith('voice.'))
  return ofVoices.map(({ action, details }) => ({ action, details: JSON.parse(details) as unknown }))
}

describe('a cloned voice', () => {
  test('is made of a recording, listed, and deleted at the provider, too', async () => {
    const { elevenlabs, cloners } = await providers()
    const api = await testApi({ cloners })
    const made = await send(api, { fields: { ...usual, language: 'de-at', remove_background_noise: 'true' } })
    expect(made).toMatchObject({
      status: 201,
      body: {
        mode: 'legacy',
        provider: 'elevenlabs',
        languages: ['de-AT'],
        description: 'Anna',
        cloned: true,
      },
    })
    expect(askedOf(elevenlabs, 'voices.add')).toMatchObject([
      { name: 'Anna', remove_background_noise: 'true', files: [{ name: 'sample.wav', type: 'audio/wav' }] },
    ])
    const { data } = (await api.send('GET', '/v1/voices')).body
    expect(data[0]).toMatchObject({ id: made.body.id, cloned: true })
    const { key } = await api.stranger()
    expect((await api.send('DELETE', `/v1/voices/${made.body.id}`, { key })).status).toBe(404)
    expect(askedOf(elevenlabs, 'voices.delete')).toEqual([])
    expect((await api.send('DELETE', `/v1/voices/${made.body.custom_voice_id}`)).status).toBe(204)
    expect(askedOf(elevenlabs, 'voices.delete')).toEqual([{ voice: made.body.id }])
    expect(await auditOf(api)).toMatchObject([
      { action: 'voice.cloned', details: { provider: 'elevenlabs', consent: true, seconds: 6 } },
      { action: 'voice.removed' },
    ])
  })

  test('is made by the provider that is asked for, of an MP3 as well', async () => {
    const { cartesia, cloners } = await providers()
    const api = await testApi({ cloners })
    const file = await encodeWav(recording(6))
    const fields = { ...usual, provider: 'cartesia', language: 'en-US' }
    const { status, body } = await send(api, { fields, file })
    expect({ status, body }).toMatchObject({ status: 201, body: { provider: 'cartesia' } })
    expect(askedOf(cartesia, 'voices.clone')).toMatchObject([
      { name: 'Anna', language: 'en', clip: { name: 'sample.mp3', type: 'audio/mpeg' } },
    ])
    expect((await api.send('DELETE', `/v1/voices/${body.id}`)).status).toBe(204)
    expect(askedOf(cartesia, 'voices.delete')).toEqual([{ voice: body.id }])
  })

  test('needs the permission of whose it is, a name and a recording, all told at once', async () => {
    const { elevenlabs, cloners } = await providers()
    const api = await testApi({ cloners })
    const refused = await send(api, { fields: { consent: 'false' }, file: null })
    expect(refused.status).toBe(400)
    expect(refused.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'consent',
      'file',
      'name',
    ])
    expect((await send(api, { fields: { name: 'Anna' } })).body.errors).toMatchObject([
      { path: 'consent', message: expect.stringContaining('permission') },
    ])
    expect(elevenlabs.log).toEqual([])
  })

  test.each([
    ['too short', recording(4), 422],
    ['too long', recording(301), 422],
    ['larger than 10 MiB', Buffer.alloc(10 * 1024 * 1024 + 1), 413],
    ['no audio', Buffer.from('%PDF-1.7 and so on, for a while'), 415],
    ['a WAV in name alone', Buffer.from('RIFF\0\0\0\0WAVEnothing that plays'), 422],
    ['an MP3 in name alone', Buffer.concat([Buffer.from('ID3'), Buffer.alloc(50_000)]), 422],
  ])('is not made of a recording that is %s', async (_what, file, status) => {
    const { elevenlabs, cloners } = await providers()
    const api = await testApi({ cloners })
    expect((await send(api, { file })).status).toBe(status)
    expect(elevenlabs.log).toEqual([])
  })

  test('is not to be had where no provider clones; those that could are told', async () => {
    const api = await testApi()
    for (const fields of [usual, { ...usual, provider: 'cartesia' }])
      expect(await send(api, { fields })).toMatchObject({
        status: 422,
        body: {
          type: expect.stringMatching(/cloning_not_available$/),
          detail: expect.stringMatching(/elevenlabs/),
        },
      })
  })

  test.each([
    ['no room', /voice_limit_reached/],
    ['to be verified', /verified/],
  ] as const)('of a provider that says %s is none', async (clones, told) => {
    const { elevenlabs, cloners } = await providers({ clones })
    const api = await testApi({ cloners })
    expect(await send(api)).toMatchObject({ status: 422, body: { detail: expect.stringMatching(told) } })
    expect(askedOf(elevenlabs, 'voices.delete')).toHaveLength(clones === 'no room' ? 0 : 1)
    expect((await api.send('GET', '/v1/voices')).body.data).toHaveLength(3)
  })

  test('stays where its provider can not delete it now, and goes at the next try', async () => {
    const { elevenlabs, cloners } = await providers()
    const api = await testApi({ cloners })
    const { id } = (await send(api)).body
    elevenlabs.faults.refuse(500)
    expect((await api.send('DELETE', `/v1/voices/${id}`)).status).toBe(503)
    elevenlabs.faults.refuse(401)
    const refused = await api.send('DELETE', `/v1/voices/${id}`)
    expect(refused.status).toBe(502)
    expect(JSON.stringify(refused.body)).not.toContain(apiKey)
    elevenlabs.faults.refuse(null)
    // Deleted there, and the process died before it was told of.
    await cloners[0]?.remove(id, AbortSignal.timeout(5_000))
    expect((await api.send('DELETE', `/v1/voices/${id}`)).status).toBe(204)
    expect((await api.send('DELETE', `/v1/voices/${id}`)).status).toBe(404)
  })

  test('is made once under one key', async () => {
    const { elevenlabs, cloners } = await providers()
    const api = await testApi({ cloners })
    const first = await send(api, { idempotencyKey: 'clone-0001' })
    const again = await send(api, { idempotencyKey: 'clone-0001' })
    expect([again.status, again.headers['idempotent-replayed'], again.body]).toEqual([
      201,
      'true',
      first.body,
    ])
    expect(askedOf(elevenlabs, 'voices.add')).toHaveLength(1)
    const other = await send(api, { idempotencyKey: 'clone-0001', file: recording(7) })
    expect(other.status).toBe(422)
  })

  test('that can not be registered is taken back at its provider', async () => {
    const removed: string[] = []
    const cloner: Cloner = {
      provider: 'tts',
      clone: async () => 'taken',
      remove: async voice => void removed.push(voice),
    }
    const api = await testApi({ cloners: [cloner] })
    await api.send('POST', '/v1/voices', { body: { voice_id: 'taken', provider: 'tts' } })
    expect((await send(api)).status).toBe(500)
    expect(removed).toEqual(['taken'])
  })

  test('that can be neither registered nor taken back is told to the operator', async () => {
    const cloner: Cloner = {
      provider: 'tts',
      clone: async () => 'taken',
      remove: () => Promise.reject(new VoiceFault('tts', 'unreachable', { message: 'no way' })),
    }
    const told: string[] = []
    const log = pino({ level: 'error' }, { write: line => void told.push(line) })
    const api = await testApi({ cloners: [cloner], log })
    await api.send('POST', '/v1/voices', { body: { voice_id: 'taken', provider: 'tts' } })
    expect((await send(api)).status).toBe(500)
    const left = told.map(line => JSON.parse(line)).filter(({ voice_id: id }) => id === 'taken')
    expect(left).toMatchObject([{ provider: 'tts', msg: expect.stringContaining('is left') }])
  })

  test('is registered by nobody else', async () => {
    const cloner: Cloner = { provider: 'tts', clone: async () => 'annas', remove: async () => undefined }
    const api = await testApi({ cloners: [cloner] })
    expect((await send(api)).status).toBe(201)
    const { key } = await api.stranger()
    const body = { voice_id: 'annas', provider: 'tts' }
    expect(await api.send('POST', '/v1/voices', { body, key })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'voice_id', code: 'unknown_voice' }] },
    })
  })

  test('costs, so that an account may have only so many made in an hour', async () => {
    const cloner: Cloner = {
      provider: 'tts',
      clone: async ({ name }) => name,
      remove: async () => undefined,
    }
    const api = await testApi({ cloners: [cloner] })
    const statuses: number[] = []
    for (let i = 0; i < 11; i++)
      statuses.push((await send(api, { fields: { ...usual, name: `n${i}` } })).status)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429])
  })
})
