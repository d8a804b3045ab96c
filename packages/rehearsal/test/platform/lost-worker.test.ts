import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await openPlatform()
}, 120_000)

afterAll(() => platform?.[Symbol.asyncDispose](), 60_000)

it('a killed worker: the callee gets BYE, the call ends once, nobody is dialled twice', {
  timeout: 120_000,
}, async () => {
  const id = await platform.place('+14155551204')
  let lines = 0
  for await (const event of platform.events(id)) if (event.type === 'transcript' && ++lines === 2) break
  process.kill(await workerPid(), 'SIGKILL')
  const killedAt = Date.now()

  const { call, callee, recording, webhook } = await platform.finished(id)
  expect(Date.now() - killedAt).toBeLessThan(30_000)
  expect(call).toMatchObject({ status: 'failed', end_reason: 'node_lost' })
  expect(call.transcript.length).toBeGreaterThan(0)
  expect(callee.find(note => note.event === 'ended')).toMatchObject({ by: 'agent' })
  expect(webhook).toMatchObject({ verified: true, event: 'call.failed' })
  expect(recording?.channels[1]?.length).toBeGreaterThan(8_000)

  await sleep(5_000)
  const dials = (await platform.personEvents()).filter(note => note.event === 'rang')
  expect(dials).toHaveLength(1)
  expect(platform.house.receiver.received.filter(hook => hook.verified && hook.callId === id)).toHaveLength(1)
})

it('the platform places calls again with its new worker', { timeout: 60_000 }, async () => {
  const { call } = await platform.call('+14155551209')
  expect(call).toMatchObject({ status: 'failed', call_status: 'busy' })
})

/** The worker among the processes whose data folder is this platform's. */
async function workerPid(): Promise<number> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  for (const pid of pids) {
    const [command, environment] = await Promise.all(
      ['cmdline', 'environ'].map(file => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    )
    if (command?.includes('--role\0worker') && environment?.includes(platform.dataDir)) return Number(pid)
  }
  throw new Error('there is no worker')
}
