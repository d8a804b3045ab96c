import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { placeCalls } from './place-calls.ts'
import { openScene, type Scene } from './scene.ts'

const calls = 20
/** Longer than anything here takes: only the platform hangs up. */
const patient = { type: 'answers', ringMs: 100, holdMs: 300_000 } as const
/** They talk until somebody stops them. */
const lasting = { max_duration: 10, silence: { prompt_after_seconds: 120, hang_up_after_seconds: 300 } }

let scene: Scene
beforeAll(async () => {
  const limits = { maxCalls: 100, callsPerSecond: 10 }
  scene = await openScene({ ...limits, apis: 1, workers: 2, drainSeconds: 2, manner: () => patient })
}, 400_000)
afterAll(() => scene?.[Symbol.asyncDispose](), 60_000)

interface Row {
  readonly id: string
  readonly node_id: string
  readonly status: string
  readonly end_reason: string | null
}

const rows = () => scene.query<Row>('select id, node_id, status, end_reason from calls')
const worker = (index: number) => scene.platform.members.filter(({ role }) => role === 'worker')[index]
const farEnd = (id: string) => scene.callee.rung.find(({ callId }) => callId === id)

test('a killed worker: all its calls end within 30 s, hung up by the other, which talks on', {
  timeout: 240_000,
  retry: 0,
}, async () => {
  const signal = AbortSignal.timeout(120_000)
  const customer = { ...scene.customer, change: lasting }
  await placeCalls(customer, { calls, withinMs: 4_000 }, signal)
  await expect
    .poll(() => scene.callee.rung.filter(({ answered }) => answered).length, { timeout: 60_000 })
    .toBe(calls)
  // What any node needs to hang up is stored when the callee answers, a moment after they did.
  const withLifeline = async () =>
    (await scene.query<object>('select 1 from calls where lifeline is not null')).length
  await expect.poll(withLifeline, { timeout: 10_000 }).toBe(calls)

  worker(0)?.kill()
  const killedAt = performance.now()
  const lost = async () => (await rows()).filter(row => row.end_reason === 'node_lost')
  await expect.poll(async () => (await lost()).length, { timeout: 40_000, interval: 500 }).toBeGreaterThan(0)
  const [{ node_id: lostNode } = { node_id: '' }] = await lost()
  const ofLost = async () => (await rows()).filter(row => row.node_id === lostNode)
  const live = async () => (await ofLost()).filter(row => row.status === 'in_progress').length
  await expect.poll(live, { timeout: 20_000, interval: 200 }).toBe(0)
  expect(performance.now() - killedAt).toBeLessThan(30_000)

  const ended = await ofLost()
  expect(new Set(ended.map(row => row.end_reason))).toEqual(new Set(['node_lost']))
  for (const { id } of ended) {
    const { endedAt = null } = farEnd(id) ?? {}
    expect(endedAt, 'the far end got its BYE').not.toBeNull()
    expect((endedAt ?? 0) - killedAt).toBeLessThan(30_000)
  }
  const others = (await rows()).filter(row => row.node_id !== lostNode)
  expect(ended.length + others.length).toBe(calls)
  expect(others.length).toBeGreaterThan(0)
  expect(others.every(row => row.status === 'in_progress')).toBe(true)
  expect(scene.callee.rung).toHaveLength(calls)
})

test('TERM drains: nothing new is taken, calls end with a goodbye, nobody is left hanging', {
  timeout: 240_000,
  retry: 0,
}, async () => {
  await expect.poll(() => worker(0)?.isUp, { timeout: 120_000 }).toBe(true)
  const before = await rows()
  const draining = before.find(row => row.status === 'in_progress')?.node_id
  worker(1)?.terminate()
  const isMarked = async () =>
    (await scene.query<{ id: string }>('select id from nodes where draining')).some(
      ({ id }) => id === draining,
    )
  await expect.poll(isMarked, { timeout: 10_000 }).toBe(true)
  const signal = AbortSignal.timeout(60_000)
  const [placed] = await placeCalls(
    { ...scene.customer, change: lasting },
    { calls: calls + 1, withinMs: 1 },
    signal,
  ).then(accepted => accepted.slice(-1))
  const newest = async () => (await rows()).find(row => row.id === placed?.callId)
  await expect.poll(async () => (await newest())?.status, { timeout: 30_000 }).toBe('in_progress')
  expect((await newest())?.node_id).not.toBe(draining)

  const old = async () =>
    (await rows()).filter(row => row.node_id === draining && row.status === 'in_progress').length
  await expect.poll(old, { timeout: 60_000, interval: 500 }).toBe(0)
  await sleep(1_000)
  for (const { id } of before.filter(row => row.node_id === draining && row.status === 'in_progress')) {
    const now = (await rows()).find(row => row.id === id)
    expect(now).toMatchObject({ status: 'cancelled', end_reason: 'stopped' })
    expect(farEnd(id)?.endedAt).not.toBeNull()
  }
  expect(scene.callee.rung).toHaveLength(calls + 1)
})
