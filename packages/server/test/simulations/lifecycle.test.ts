import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { enforceRetention } from '../../src/aftercall/enforce-retention.ts'
import { runSimulation } from '../../src/simulations/run-simulation.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { localModels, scriptedModels, sharedStage, type Stage } from './stage.ts'

/** What becomes of simulations that are stopped, left behind or over. */

const openStage = sharedStage()

const task = 'Ask the callee how they are.'
const agrees = { name: 'agrees', lines: ['Yes.', 'Goodbye.'] }
const dayMs = 24 * 3_600_000

/** A model that answers when it is let, and says when it is asked. */
function gate() {
  const asked = Promise.withResolvers<void>()
  const models = scriptedModels(() => {
    asked.resolve()
    // Nothing more comes: whoever waits is to be stopped.
    return { text: 'a b c', breaks: { after: 1, how: 'silent' } }
  })
  return { models, asked: asked.promise }
}

const retain = ({ api: { database } }: Stage, nowMs = Date.now()) =>
  enforceRetention(
    {
      database,
      recordings: { remove: async () => undefined },
      clock: () => nowMs,
      log: pino({ level: 'silent' }),
    },
    AbortSignal.timeout(10_000),
  )

test('a worker that is stopped leaves the rest to the next one, which plays nothing twice', async () => {
  const { models, asked } = gate()
  const stage = openStage(await models)
  const id = await stage.ask({ task, scenarios: [agrees, { ...agrees, name: 'again' }] })
  const stopping = new AbortController()
  const playing = stage.play(id, stopping.signal)
  const rejected = expect(playing).rejects.toThrow('the worker goes')
  await asked
  stopping.abort(new Error('the worker goes'))
  await rejected
  expect(await stage.detail(id)).toMatchObject({ status: 'running', runs: [] })
  const other = { ...stage.deps, ...localModels() }
  await runSimulation(other, id, AbortSignal.timeout(10_000))
  const done = await stage.detail(id)
  expect(done).toMatchObject({ status: 'completed', totals: { done: 2 } })
  // A second job for it, or one that was told twice, finds nothing to do.
  await runSimulation(other, id, AbortSignal.timeout(10_000))
  expect(await stage.detail(id)).toEqual(done)
})

test('what a job has no time for is left to another job', async () => {
  const stage = openStage(localModels())
  const sent: string[] = []
  const scenarios = Array.from({ length: 6 }, (_, n) => ({ ...agrees, name: `n${n}` }))
  const id = await stage.ask({ task, scenarios })
  let looks = 0
  const deps = {
    ...stage.deps,
    jobs: { send: async (queue: string) => void sent.push(queue) },
    sliceMs: 1_000,
    // Time for no more than a few.
    clock: () => Date.now() + (looks++ > 5 ? 2_000 : 0),
  }
  await runSimulation(deps, id, AbortSignal.timeout(10_000))
  const part = await stage.detail(id)
  expect(part.status).toBe('running')
  expect(part.runs.length).toBeGreaterThan(0)
  expect(part.runs.length).toBeLessThan(6)
  expect(sent).toEqual(['simulate'])
  await stage.play(id)
  expect(await stage.detail(id)).toMatchObject({ status: 'completed', totals: { done: 6 } })
})

test('one that takes every worker with it is given up', async () => {
  const stage = openStage(localModels())
  const id = await stage.ask({ task, scenarios: [agrees] })
  for (let taken = 0; taken < 5; taken += 1)
    await expect(stage.play(id, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  await stage.play(id)
  expect(await stage.detail(id)).toMatchObject({
    status: 'failed',
    error_message: 'It was taken up 5 times, and no run of it came to an end',
  })
})

test('one whose job is lost fails after a day, and what was said is kept as long as transcripts', async () => {
  const stage = openStage(localModels())
  const lost = await stage.ask({ task, scenarios: [agrees] })
  const { id: done } = await stage.outcome({ task, scenarios: [agrees] })
  await retain(stage)
  expect((await stage.detail(lost)).status).toBe('queued')
  await retain(stage, Date.now() + 1.1 * dayMs)
  expect((await stage.detail(lost)).status).toBe('failed')
  await retain(stage, Date.now() + 89 * dayMs)
  expect((await stage.api.send('GET', `/v1/simulations/${done}`)).status).toBe(200)
  await retain(stage, Date.now() + 91 * dayMs)
  expect((await stage.api.send('GET', `/v1/simulations/${done}`)).status).toBe(404)
})

test('a number that is erased stands in no simulation any more', async () => {
  const stage = openStage(localModels())
  const number = '+14155550199'
  const { id: kept } = await stage.outcome({ task, scenarios: [agrees] })
  const said = { name: 'number', lines: [`Call me at ${number}.`] }
  const { id: gone } = await stage.outcome({ task, scenarios: [said] })
  await stage.api.send('POST', '/v1/erasures', { body: { phone_number: number } })
  const list = await stage.api.send('GET', '/v1/simulations')
  const left = list.body.data.map(({ id }: { id: string }) => id)
  expect(left).toContain(kept)
  expect(left).not.toContain(gone)
})

test.each(['cancel', 'delete'])('%s stops one that runs, within moments', async how => {
  const { models, asked } = gate()
  const stage = openStage(await models)
  const id = await stage.ask({ task, scenarios: [agrees] })
  const playing = stage.play(id)
  await asked
  const path = `/v1/simulations/${id}`
  if (how === 'delete') {
    expect((await stage.api.send('DELETE', path)).status).toBe(204)
    await playing
    expect((await stage.api.send('GET', path)).status).toBe(404)
    return
  }
  const cancelled = await stage.api.send('POST', `${path}/cancel`)
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } })
  await playing
  expect(await stage.detail(id)).toMatchObject({ status: 'cancelled', runs: [] })
  const again = await stage.api.send('POST', `${path}/cancel`)
  expect(again).toMatchObject({ status: 409, body: { current_status: 'cancelled' } })
  const log = await stage.api.send('GET', '/v1/audit')
  const [cancelling, creating] = log.body.data
  expect(cancelling).toMatchObject({ action: 'simulation.cancelled', target_id: id })
  expect(creating).toMatchObject({ action: 'simulation.created', target_id: id })
})

// Last, since its worker takes whatever waits.
test('a job takes it up, and it is completed', async () => {
  const stage = openStage(localModels())
  const jobs = await openJobs(stage.api.database)
  const stopping = new AbortController()
  onTestFinished(async () => {
    stopping.abort()
    await jobs[Symbol.asyncDispose]()
  })
  const { signal } = stopping
  await jobs.work('simulate', ({ simulationId }) => runSimulation(stage.deps, simulationId, signal))
  const id = await stage.ask({ task, scenarios: [agrees], runs_each: 3 })
  const status = async () => (await stage.detail(id)).status
  await expect.poll(status, { timeout: 15_000 }).toBe('completed')
  expect((await stage.detail(id)).runs.map(({ run }) => run)).toEqual([1, 2, 3])
})
