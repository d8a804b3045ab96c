import { expect, onTestFinished, test } from 'vitest'
import { watchProviders } from '../src/config/provider-health.ts'
import type { NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import type { CanServe } from '../src/domain/provider-health.ts'
import { Breakers } from '../src/speech/fallback/breakers.ts'
import { VoiceFault } from '../src/speech/port.ts'
import { findProvidersDown, joinNodes, markDraining, reportProviders } from '../src/store/nodes.ts'
import { testApi } from './http-api.ts'

const body = { phone_number: '+14155551234', task: 'Confirm the appointment.' }
/** A call needs its mode's only provider. */
const canServe: CanServe = ({ mode }, isUp) => isUp(`${mode} cloud`)
const away = new VoiceFault('cloud', 'unreachable', { message: 'away' })

async function platform() {
  const api = await testApi({ canServe })
  const join = async () => {
    const id = newId<NodeId>()
    await joinNodes(api.database, id)
    return id
  }
  return { api, join, place: () => api.send('POST', '/v1/calls', { body }) }
}

test('a call is refused while no worker can reach a provider that could hold it', async () => {
  const { api, join, place } = await platform()
  const node = await join()
  await reportProviders(api.database, node, ['realtime cloud'])
  const { status, body: problem, headers } = await place()
  expect(status).toBe(503)
  expect(problem.type).toMatch(/\/errors\/provider_unavailable$/)
  expect(headers['retry-after']).toBe('10')
  const listed = await api.send('GET', '/v1/calls')
  expect(listed.body.data).toEqual([])
  const legacy = await api.send('POST', '/v1/calls', { body: { ...body, mode: 'legacy' } })
  expect(legacy.status).toBe(201)
})

test('a worker that can reach it is enough, unless it takes no calls', async () => {
  const { api, join, place } = await platform()
  await reportProviders(api.database, await join(), ['realtime cloud'])
  const other = await join()
  expect((await place()).status).toBe(201)
  await markDraining(api.database, other)
  expect((await place()).status).toBe(503)
})

test('without any worker nothing is known, and calls are queued', async () => {
  const { place } = await platform()
  expect((await place()).status).toBe(201)
})

test('a worker tells what is down, tries it when its time has come, and tells that it is back', async () => {
  const { api, join, place } = await platform()
  const nodeId = await join()
  let nowMs = 0
  let isAway = true
  const breakers = new Breakers(() => nowMs)
  const probed: number[] = []
  const probe = async () => {
    probed.push(nowMs)
    if (isAway) throw away
  }
  const probes = new Map([['realtime cloud', probe]])
  const { database } = api
  const onTrouble = (error: unknown) => expect.fail(String(error))
  const watching = watchProviders({ breakers, probes, database, nodeId, onTrouble, everyMs: 5 })
  onTestFinished(() => watching[Symbol.dispose]())
  const down = async () => [...(await findProvidersDown(database))]
  for (let time = 0; time < 3; time++) breakers.failed('realtime cloud', away)
  await expect.poll(down).toEqual(['realtime cloud'])
  expect((await place()).status).toBe(503)
  expect(probed).toEqual([])
  nowMs = 10_000
  await expect.poll(() => probed).toEqual([10_000])
  expect((await place()).status).toBe(503)
  isAway = false
  nowMs = 20_000
  await expect.poll(down).toEqual([])
  expect(probed).toEqual([10_000, 20_000])
  expect((await place()).status).toBe(201)
})
