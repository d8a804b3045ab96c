import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { levelDbfs } from '@parley/wire/audio/level'
import { expect, it } from 'vitest'
import { startChild } from '../../src/demo/child.ts'
import { chooseHttpPort, chooseSipPort } from '../../src/demo/free-port.ts'
import { startBaresipPhone } from '@parley/wire/test/baresip-phone'
import { program } from '@parley/wire/test/program'

const baresip = program('baresip')
const number = '+14155551234'
const adminKey = `pk_live_${'b'.repeat(43)}`

it.skipIf(baresip === undefined)('baresip picks up and hears the agent', { timeout: 120_000 }, async () => {
  const phonePort = await chooseSipPort(0)
  await using phone = await startBaresipPhone({ path: baresip ?? '', user: number, port: phonePort })
  const port = await chooseHttpPort(0)
  const dataDir = join(tmpdir(), `parley-baresip-${randomUUID()}`)
  {
    await using server = startChild({
      program: 'packages/server/src/main.ts',
      env: {
        PARLEY_DATA_DIR: dataDir,
        PARLEY_HTTP_PORT: String(port),
        PARLEY_SIP_PORT: '0',
        PARLEY_ADMIN_KEY: adminKey,
        PARLEY_DRAIN_SECONDS: '1',
        SIP_TRUNK: `sip:127.0.0.1:${phonePort}`,
      },
      onLine: () => undefined,
    })
    const base = `http://127.0.0.1:${port}`
    await until(async () => (await fetch(`${base}/readyz`)).ok, server.lastLines)
    const ask = async (path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
      return (await (await fetch(`${base}${path}`, { ...init, headers })).json()) as Record<string, unknown>
    }
    const body = JSON.stringify({
      phone_number: number,
      task: 'Confirm the appointment on Friday.',
      first_sentence: 'Hello, this is Sarah from Bright Dental. Can you hear me well?',
      max_duration: 0.5,
    })
    const id = String((await ask('/v1/calls', { method: 'POST', body })).call_id)
    await until(async () => (await ask(`/v1/calls/${id}`)).call_status === 'in-progress', server.lastLines)
    await sleep(5_000)
    await ask(`/v1/calls/${id}/stop`, { method: 'POST', body: '{}' })
    await until(async () => (await ask(`/v1/calls/${id}`)).completed === true, server.lastLines)
    expect(await ask(`/v1/calls/${id}`)).toMatchObject({ status: 'cancelled', end_reason: 'stopped' })
  }
  const { samples, sampleRateHz } = await phone.heard()
  const sentence = samples.subarray(0, 4 * sampleRateHz)
  expect(levelDbfs(sentence)).toBeGreaterThan(-30)
  await rm(dataDir, { recursive: true, force: true })
})

async function until(holds: () => Promise<boolean>, lastLines: readonly string[]): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    if (await holds().catch(() => false)) return
    await sleep(100)
  }
  throw new Error(`it did not come to that:\n${lastLines.join('\n')}`)
}
