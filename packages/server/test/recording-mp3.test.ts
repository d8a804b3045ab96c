import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wavHeader } from '@parley/wire/audio/wav-header'
import { MPEGDecoder } from 'mpg123-decoder'
import { expect, onTestFinished, test } from 'vitest'
import { openRecordings } from '../src/files/recordings.ts'
import { type TestApi, testApi } from './http-api.ts'

const rateHz = 8_000
const seconds = 7.3
const frames = rateHz * seconds

/** Two voices as far as an encoder minds: syllables of different pitch and pace. */
const callee = syllables(310, 2.7)
const agent = syllables(740, 3.9)

function syllables(pitchHz: number, perSecond: number): Float32Array {
  return Float32Array.from({ length: frames }, (_, i) => {
    const t = i / rateHz
    return 0.4 * Math.max(0, Math.sin(2 * Math.PI * perSecond * t)) * Math.sin(2 * Math.PI * pitchHz * t)
  })
}

function stereoWav(): Buffer {
  const data = Buffer.alloc(frames * 4)
  for (let i = 0; i < frames; i++) {
    data.writeInt16LE(Math.round((callee[i] ?? 0) * 32_767), 4 * i)
    data.writeInt16LE(Math.round((agent[i] ?? 0) * 32_767), 4 * i + 2)
  }
  const format = { channels: 2, sampleRateHz: rateHz, bitsPerSample: 16 }
  return Buffer.concat([wavHeader(format, data.length), data])
}

async function recorded(wav = stereoWav()) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-mp3-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const api = await testApi({ recordings: openRecordings(folder, () => undefined) })
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
  const id: string = (await api.send('POST', '/v1/calls', { body })).body.call_id
  await mkdir(join(folder, 'recordings'))
  const recording_path = `recordings/${id}.wav`
  await writeFile(join(folder, recording_path), wav)
  const row = { recording_path, recording_status: 'ready', status: 'completed' } as const
  await api.database.kysely.updateTable('calls').set(row).execute()
  return { api, folder, path: `/v1/calls/${id}/recording`, call: `/v1/calls/${id}` }
}

async function bytes(api: TestApi, url: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${api.key}`
  const response = await api.app.inject({ method: 'GET', url, headers: { authorization, ...headers } })
  return { status: response.statusCode, headers: response.headers, body: response.rawPayload }
}

/** How alike two signals are, from 0 to 1, the first at every second sample of the other. */
function likeness(source: Float32Array, decoded: Float32Array | undefined): number {
  let [product, a, b] = [0, 0, 0]
  for (const [i, sample] of source.entries()) {
    const other = decoded?.[2 * i] ?? 0
    product += sample * other
    a += sample ** 2
    b += other ** 2
  }
  return Math.abs(product) / Math.sqrt(a * b)
}

test('an MP3 is as long as the call, in step with it, and keeps the two apart', async () => {
  const { api, path } = await recorded()
  const mp3 = await bytes(api, path, { accept: 'audio/mpeg' })
  expect(mp3).toMatchObject({ status: 200, headers: { 'content-type': 'audio/mpeg', vary: 'accept' } })
  const decoder = new MPEGDecoder()
  await decoder.ready
  const { channelData, sampleRate, samplesDecoded, errors } = decoder.decode(mp3.body)
  decoder.free()
  expect(errors).toEqual([])
  expect(Math.abs(samplesDecoded / sampleRate - seconds)).toBeLessThan(0.05)
  const [left, right] = channelData
  expect(likeness(callee, left)).toBeGreaterThan(0.95)
  expect(likeness(agent, right)).toBeGreaterThan(0.95)
  expect(likeness(callee, right)).toBeLessThan(0.05)
  expect(likeness(agent, left)).toBeLessThan(0.05)
})

test('its ranges are parts of one file, which is made once; the link opens it, too', async () => {
  const { api, path, call } = await recorded()
  const [whole, twin] = await Promise.all([
    bytes(api, `${path}?format=mp3`),
    bytes(api, `${path}?format=mp3`),
  ])
  expect(whole.body.length).toBeGreaterThan(6_000 * (seconds - 0.1))
  expect(twin.body.equals(whole.body)).toBe(true)
  const { search } = new URL((await api.send('GET', call)).body.recording_url)
  const part = await api.app.inject({
    url: `${path}${search}&format=mp3`,
    headers: { range: 'bytes=1000-1999' },
  })
  expect(part).toMatchObject({
    statusCode: 206,
    headers: {
      'content-range': `bytes 1000-1999/${whole.body.length}`,
      'last-modified': whole.headers['last-modified'],
    },
  })
  expect(part.rawPayload.equals(whole.body.subarray(1_000, 2_000))).toBe(true)
})

test('a call that is erased leaves no MP3 behind', async () => {
  const { api, folder, path, call } = await recorded()
  await bytes(api, `${path}?format=mp3`)
  expect(await readdir(join(folder, 'recordings'))).toHaveLength(3)
  expect((await api.send('DELETE', call)).status).toBe(204)
  expect(await readdir(join(folder, 'recordings'))).toEqual(['encoding'])
  expect((await bytes(api, `${path}?format=mp3`)).status).toBe(404)
})

test('what can not be had is refused', async () => {
  const { api, path } = await recorded()
  expect(await bytes(api, path, { accept: 'application/json' })).toMatchObject({
    status: 406,
    headers: { 'content-type': expect.stringContaining('application/problem+json') },
  })
  expect((await bytes(api, `${path}?format=ogg`)).status).toBe(400)
  expect((await bytes(api, path, { accept: 'audio/*' })).headers['content-type']).toBe('audio/wav')
})

test('a file that is no WAV can be had as it is, and not as MP3', async () => {
  const { api, path } = await recorded(Buffer.from('nothing that plays'))
  expect((await bytes(api, path)).status).toBe(200)
  expect((await bytes(api, `${path}?format=mp3`)).status).toBe(500)
})
