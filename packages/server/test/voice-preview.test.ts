import { readWav } from '@parley/wire/audio/wav-reader'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { openSampler, speechCatalogue } from '../src/config/speech.ts'
import type { HttpDeps } from '../src/http/deps.ts'
import { Mp3Maker } from '../src/files/mp3/mp3-maker.ts'
import { VoiceFault, type WantedSample } from '../src/speech/port.ts'
import { Previews } from '../src/voices/previews.ts'
import { type TestApi, testApi } from './http-api.ts'

const tone = encodeMulaw(Int16Array.from({ length: 8_000 }, (_, i) => 8_000 * Math.sin(i / 3)))

/** The API with a provider that speaks a second of tone, or fails. */
async function apiWithTone(more: Partial<HttpDeps> & { fail?: () => unknown } = {}) {
  const spoken: WantedSample[] = []
  const sample = async (wanted: WantedSample) => {
    spoken.push(wanted)
    const fault = more.fail?.()
    if (fault !== undefined) throw fault
    return tone
  }
  const previews = new Previews({ sampler: { sample }, mp3: new Mp3Maker(), clock: () => 0 })
  return { api: await testApi({ previews, ...more }), spoken }
}

async function hear(api: TestApi, voice: string, o: { key?: string; headers?: Record<string, string> } = {}) {
  const authorization = `Bearer ${o.key ?? api.key}`
  const url = `/v1/voices/${voice}`
  const response = await api.app.inject({ url, headers: { authorization, ...o.headers } })
  return { status: response.statusCode, headers: response.headers, body: response.rawPayload }
}

describe('the preview of a voice', () => {
  test('is spoken once, and had as WAV and MP3', async () => {
    const { api, spoken } = await apiWithTone()
    const [wav, mp3] = await Promise.all([
      hear(api, 'rachel/preview'),
      hear(api, 'rachel/preview', { headers: { accept: 'audio/mpeg' } }),
    ])
    expect(wav).toMatchObject({ status: 200, headers: { 'content-type': 'audio/wav', vary: 'accept' } })
    expect(readWav(wav.body).channels.map(({ length }) => length)).toEqual([8_000])
    expect(mp3).toMatchObject({ status: 200, headers: { 'content-type': 'audio/mpeg' } })
    expect(mp3.body.subarray(0, 40).includes('Info')).toBe(true)
    expect((await hear(api, 'rachel/preview?format=mp3')).body.equals(mp3.body)).toBe(true)
    expect(spoken).toEqual([
      {
        mode: 'legacy',
        voice: 'rachel',
        provider: 'tts',
        language: 'en',
        text: expect.stringContaining('Hello'),
      },
    ])
    expect((await hear(api, 'rachel/preview', { headers: { accept: 'text/html' } })).status).toBe(406)
  })

  test('of one that the account registered is in its language, and nobody else hears it', async () => {
    const { api, spoken } = await apiWithTone()
    const body = { voice_id: 'x-1', mode: 'legacy', languages: ['de-AT'] }
    const { custom_voice_id } = (await api.send('POST', '/v1/voices', { body })).body
    for (const id of ['x-1', custom_voice_id]) expect((await hear(api, `${id}/preview`)).status).toBe(200)
    expect(spoken).toMatchObject([
      { voice: 'x-1', language: 'de-AT', text: expect.stringContaining('Guten') },
    ])
    const { key } = await api.stranger()
    for (const id of ['x-1', custom_voice_id])
      expect((await hear(api, `${id}/preview`, { key })).status).toBe(404)
  })

  test('is of the mode that is asked for', async () => {
    const { api, spoken } = await apiWithTone()
    expect((await hear(api, 'alloy/preview')).status).toBe(200)
    expect(spoken).toMatchObject([{ mode: 'realtime', provider: 'cloud' }])
    expect((await hear(api, 'alloy/preview?mode=legacy')).status).toBe(404)
    expect((await hear(api, 'nobody/preview')).status).toBe(404)
  })

  test.each([
    ['unreachable', 503],
    ['timeout', 503],
    ['rate_limited', 503],
    ['quota', 502],
    ['unauthorized', 502],
    ['refused', 502],
  ] as const)('tells what became of a provider that is %s, and asks it again', async (kind, status) => {
    const { api, spoken } = await apiWithTone({
      fail: () => (spoken.length > 1 ? undefined : new VoiceFault('tts', kind, { message: 'secret' })),
    })
    const failed = await hear(api, 'rachel/preview')
    expect(failed.status).toBe(status)
    expect(failed.body.toString()).toMatch(/The provider tts/)
    expect(failed.body.toString()).not.toContain('secret')
    expect((await hear(api, 'rachel/preview')).status).toBe(200)
  })

  test('costs, so that an account may have only so many made', async () => {
    const { api } = await apiWithTone({ previewLimit: { requests: 2, seconds: 60 } })
    for (const [id, status] of [
      ['alloy', 200],
      ['echo', 200],
      ['rachel', 429],
      ['alloy', 200],
    ] as const)
      expect((await hear(api, `${id}/preview`)).status).toBe(status)
    const { key } = await api.stranger()
    expect((await hear(api, 'rachel/preview', { key })).status).toBe(200)
  })
})

test('without any key the local voices are heard, in both modes', async () => {
  const config = readConfig({})
  const sampler = openSampler(config)
  onTestFinished(() => sampler[Symbol.asyncDispose]())
  const previews = new Previews({ sampler, mp3: new Mp3Maker(), clock: () => 0 })
  const api = await testApi({ previews })
  api.catalogue = speechCatalogue(config)
  for (const mode of ['legacy', 'realtime']) {
    const { status, body } = await hear(api, `alloy/preview?mode=${mode}`)
    expect(status).toBe(200)
    const [samples = new Int16Array()] = readWav(body).channels
    expect(samples.length).toBeGreaterThan(2 * 8_000)
    expect(samples.length).toBeLessThan(8 * 8_000)
  }
  for (const mode of ['legacy', 'realtime']) {
    await api.send('POST', '/v1/voices', { body: { voice_id: 'nobody', mode, provider: 'local' } })
    expect((await hear(api, `nobody/preview?mode=${mode}`)).status).toBe(502)
  }
})
