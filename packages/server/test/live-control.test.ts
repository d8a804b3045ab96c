import pino from 'pino'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Control } from '../src/domain/control.ts'
import type { CallId, NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { CallWorker } from '../src/dialer/worker.ts'
import { openDatabase } from '../src/store/database.ts'
import { openJobs } from '../src/store/jobs.ts'
import { subscribe } from '../src/store/notify.ts'
import { type TestApi, testApi } from './http-api.ts'

const say = { text: 'Your parcel has arrived.' }
let api: TestApi
beforeEach(async () => {
  api = await testApi({ controlPatienceMs: 2_500 })
})

/** A call that is talked, of a node that nobody runs unless a worker is started for it. */
async function liveCall(change: object = {}, body: object = {}): Promise<CallId> {
  const placed = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.', ...body }
  const { call_id: id } = (await api.send('POST', '/v1/calls', { body: placed })).body
  const talked = {
    status: 'in_progress',
    answered_at: new Date(),
    node_id: newId<NodeId>(),
    ...change,
  } as const
  await api.database.kysely.updateTable('calls').set(talked).where('id', '=', id).execute()
  return id
}

interface Started {
  readonly nodeId: NodeId
  /** What reached the conversations. */
  readonly taken: Control[]
  readonly worker: CallWorker
}

/** A worker whose conversations take what `answer` says of it. */
async function startWorker(
  o: { deaf?: true; answer?: (control: Control) => string | null } = {},
): Promise<Started> {
  const opened = new AsyncDisposableStack()
  onTestFinished(() => opened.disposeAsync())
  const database = opened.use(openDatabase(api.database.url))
  const nodeId = newId<NodeId>()
  const taken: Control[] = []
  const over = Promise.withResolvers<void>()
  opened.defer(() => over.resolve())
  const worker = new CallWorker({
    nodeId,
    database,
    jobs: opened.use(await openJobs(database)),
    maxCalls: 10,
    log: pino({ level: 'silent' }),
    recheck: async () => 'ready',
    onLeaseLost: () => undefined,
    run: (_call, { steering }) => {
      steering.onControl(control => {
        taken.push(control)
        steering.settle(control.id, o.answer?.(control) ?? null)
      })
      return over.promise
    },
  })
  if (!o.deaf)
    opened.use(await subscribe(database, { onCall: (id, concerns) => worker.notice(id, concerns) }))
  await worker.start()
  opened.defer(() => worker.leave())
  return { nodeId, taken, worker }
}

/** Placed, claimed by the worker, and answered. */
async function talkedBy({ taken, worker }: Started): Promise<CallId> {
  expect(taken).toEqual([])
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
  const { call_id: id } = (await api.send('POST', '/v1/calls', { body })).body
  await expect.poll(() => worker.liveCalls, { timeout: 10_000 }).toBe(1)
  await api.database.kysely.updateTable('calls').set({ answered_at: new Date() }).execute()
  return id
}

test.each([
  ['say', say, { type: 'say', text: say.text, interrupt: false }],
  ['say', { ...say, interrupt: true }, { type: 'say', text: say.text, interrupt: true }],
  ['instruct', { text: 'Offer ten percent.' }, { type: 'instruct', text: 'Offer ten percent.' }],
  ['dtmf', { digits: '1w2#' }, { type: 'dtmf', digits: '1w2#' }],
  [
    'transfer',
    { phone_number: '+14155550100' },
    { type: 'transfer', to: { name: '+14155550100', to: '+14155550100', description: null }, summary: null },
  ],
])('%s %j reaches the conversation of the worker that has the call', async (path, body, wish) => {
  const started = await startWorker()
  const id = await talkedBy(started)
  const answer = await api.send('POST', `/v1/calls/${id}/${path}`, { body })
  expect(answer).toMatchObject({ status: 200, body: { ok: true } })
  expect(started.taken).toMatchObject([{ wish }])
  const audit = await api.database.kysely.selectFrom('audit_log').select('action').execute()
  expect(audit.map(({ action }) => action)).toContain(`call.${path}`)
  // Neither words nor keys stay behind.
  expect(await api.database.kysely.selectFrom('call_controls').selectAll().execute()).toEqual([])
})

test('a lost notification costs a second, no more', async () => {
  const started = await startWorker({ deaf: true })
  const id = await talkedBy(started)
  expect((await api.send('POST', `/v1/calls/${id}/say`, { body: say })).status).toBe(200)
  expect(started.taken).toHaveLength(1)
})

test('what the conversation refuses is told with its reason', async () => {
  const started = await startWorker({ answer: () => 'The call is ending' })
  const id = await talkedBy(started)
  const answer = await api.send('POST', `/v1/calls/${id}/say`, { body: say })
  expect(answer).toMatchObject({
    status: 409,
    body: { detail: 'The call is ending', current_status: 'in_progress' },
  })
})

test('a line with an Idempotency-Key is spoken once, however often it is sent', async () => {
  const started = await startWorker()
  const id = await talkedBy(started)
  const headers = { 'idempotency-key': 'line-0001' }
  const sent = Array.from({ length: 10 }, () =>
    api.send('POST', `/v1/calls/${id}/say`, { body: say, headers }),
  )
  const answers = await Promise.all(sent)
  expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
  const again = await api.send('POST', `/v1/calls/${id}/say`, { body: say, headers })
  expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } })
  expect(started.taken).toHaveLength(1)
})

test('a worker that never looks is told of, nothing is done later, and the key is free again', async () => {
  const id = await liveCall()
  const headers = { 'idempotency-key': 'line-0001' }
  const answer = await api.send('POST', `/v1/calls/${id}/say`, { body: say, headers })
  expect(answer).toMatchObject({ status: 503, body: { title: 'Temporarily unavailable' } })
  expect(answer.headers['retry-after']).toBe('5')
  expect(await api.database.kysely.selectFrom('call_controls').selectAll().execute()).toEqual([])
  await api.database.kysely.updateTable('calls').set({ status: 'completed' }).execute()
  expect((await api.send('POST', `/v1/calls/${id}/say`, { body: say, headers })).status).toBe(409)
})

test('a worker that is lost after it took a line leaves its outcome open', async () => {
  const id = await liveCall()
  const answering = api.send('POST', `/v1/calls/${id}/say`, { body: say })
  const take = async () => {
    const taken = { taken_at: new Date(), wish: null }
    return await api.database.kysely
      .updateTable('call_controls')
      .set(taken)
      .returning('id')
      .executeTakeFirst()
  }
  await expect.poll(take).toBeDefined()
  expect(await answering).toMatchObject({ status: 504, body: { title: 'Outcome unknown' } })
})

test.each([
  [{ status: 'queued', answered_at: null }, 'queued'],
  [{ answered_at: null }, 'in_progress'],
  [{ status: 'completed' }, 'completed'],
])('a call that is not talked is told with its state: %j', async (change, status) => {
  const id = await liveCall(change)
  for (const [path, body] of [
    ['say', say],
    ['instruct', say],
    ['transfer', { phone_number: '+14155550100' }],
    ['dtmf', { digits: '1' }],
  ] as const)
    expect(await api.send('POST', `/v1/calls/${id}/${path}`, { body })).toMatchObject({
      status: 409,
      body: { title: 'Conflict', current_status: status },
    })
})

test("another account's call is no call, and a key needs calls:write", async () => {
  const id = await liveCall()
  const { key } = await api.stranger()
  const readOnly = await api.keyWith(['calls:read'])
  for (const [path, body] of [
    ['say', say],
    ['instruct', say],
    ['transfer', { phone_number: '+14155550100' }],
    ['dtmf', { digits: '1' }],
  ] as const) {
    const url = `/v1/calls/${id}/${path}`
    expect((await api.send('POST', url, { body, key })).status).toBe(404)
    expect(await api.send('POST', url, { body, key: readOnly })).toMatchObject({
      status: 403,
      body: { required_scope: 'calls:write' },
    })
  }
})

describe('what can not be asked for is refused with all faults', () => {
  test.each([
    ['say', {}, ['text']],
    ['say', { text: ' ', loud: true }, ['text', 'loud']],
    ['instruct', { text: ' ' }, ['text']],
    ['dtmf', { digits: 'ww' }, ['digits']],
    ['dtmf', { digits: '1x' }, ['digits']],
    ['transfer', {}, ['']],
    ['transfer', { destination: 'sales', phone_number: '+14155550100' }, ['']],
    ['transfer', { destination: 'nowhere' }, ['destination']],
    ['transfer', { sip_uri: 'sip:desk@example.com' }, ['sip_uri']],
    ['transfer', { destination: 'sales', mode: 'warm' }, ['briefing']],
    ['transfer', { destination: 'sales', mode: 'cold', briefing: 'A price.' }, ['briefing']],
  ])('%s %j', async (path, body, paths) => {
    const destinations = [{ name: 'Sales', phone_number: '+14155550100' }]
    const id = await liveCall({}, { transfer: { destinations } })
    const answer = await api.send('POST', `/v1/calls/${id}/${path}`, { body })
    expect(answer.status).toBe(400)
    expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toEqual(paths)
  })
})

test('a callee is moved to no number that may not be called', async () => {
  const id = await liveCall()
  const to = (phone_number: string) =>
    api.send('POST', `/v1/calls/${id}/transfer`, { body: { phone_number } })
  expect(await to('+33123456789')).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'phone_number', code: 'country_not_allowed' }] },
  })
  await api.send('POST', '/v1/do-not-call', { body: { phone_number: '+14155550177' } })
  expect(await to('+14155550177')).toMatchObject({ status: 422, body: { title: /do-not-call/ } })
})
