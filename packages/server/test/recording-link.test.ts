import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openRecordings } from '../src/files/recordings.ts'
import { type TestApi, testApi } from './http-api.ts'

const wav = Buffer.from(Array.from({ length: 1_000 }, (_, n) => n % 256))

async function recorded(): Promise<{ api: TestApi; id: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-recordings-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const api = await testApi({ recordings: openRecordings(folder, () => undefined) })
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
  const id: string = (await api.send('POST', '/v1/calls', { body })).body.call_id
  await mkdir(join(folder, 'recordings'))
  const recording_path = `recordings/${id}.wav`
  await writeFile(join(folder, recording_path), wav)
  await api.database.kysely.updateTable('calls').set({ recording_path, recording_status: 'ready' }).execute()
  return { api, id }
}

async function bytes(api: TestApi, url: string, headers: Record<string, string>) {
  const response = await api.app.inject({ method: 'GET', url, headers })
  return { status: response.statusCode, headers: response.headers, body: response.rawPayload }
}

test('the link in the call plays the recording without a key, whole and in ranges', async () => {
  const { api, id } = await recorded()
  const call = await api.send('GET', `/v1/calls/${id}`)
  const link = new URL(call.body.recording_url)
  expect(link.origin).toBe('http://api.test')
  const path = link.pathname + link.search
  const whole = await bytes(api, path, {})
  expect(whole).toMatchObject({
    status: 200,
    headers: { 'content-type': 'audio/wav', 'content-length': '1000' },
  })
  expect(whole.body.equals(wav)).toBe(true)
  const part = await bytes(api, path, { range: 'bytes=10-19' })
  expect(part).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 10-19/1000' } })
  expect(part.body.equals(wav.subarray(10, 20))).toBe(true)
  const beyond = await bytes(api, path, { range: 'bytes=1000-' })
  expect(beyond).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */1000' } })
  const head = await api.app.inject({ method: 'HEAD', url: path })
  expect(head).toMatchObject({ statusCode: 200, headers: { 'content-length': '1000' } })
})

test('a changed link, an expired one and none at all are refused; a key opens it', async () => {
  const { api, id } = await recorded()
  const plain = `/v1/calls/${id}/recording`
  const { search } = new URL((await api.send('GET', `/v1/calls/${id}`)).body.recording_url)
  expect((await bytes(api, plain, {})).status).toBe(401)
  expect((await bytes(api, `${plain}?expires=9999999999&signature=AAAA`, {})).status).toBe(403)
  expect((await bytes(api, plain + search.replace(/expires=\d+/, 'expires=1'), {})).status).toBe(403)
  const opened = await bytes(api, plain, { authorization: `Bearer ${api.key}` })
  expect(opened.body.equals(wav)).toBe(true)
})

test('a call without a finished recording has none to show', async () => {
  const { api, id } = await recorded()
  await api.database.kysely.updateTable('calls').set({ recording_status: 'recording' }).execute()
  expect((await api.send('GET', `/v1/calls/${id}`)).body.recording_url).toBeNull()
  await api.database.kysely.updateTable('calls').set({ recording_path: null }).execute()
  expect((await api.send('GET', `/v1/calls/${id}/recording`)).status).toBe(404)
})
