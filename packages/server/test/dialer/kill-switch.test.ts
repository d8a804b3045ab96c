import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { CallRecords } from '../../src/dialer/records.ts'
import { runCall } from '../../src/dialer/run-call.ts'
import { CallWorker } from '../../src/dialer/worker.ts'
import { watchBy } from '../../src/domain/call-watch.ts'
import type { NodeId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { openLifelines } from '../../src/files/lifelines.ts'
import { openRecordings } from '../../src/files/recordings.ts'
import { recheckCall } from '../../src/intake/recheck-call.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { subscribe } from '../../src/store/notify.ts'
import { createSealing } from '../../src/store/sealing.ts'
import type { Carrier } from '../../src/telephony/port.ts'
import { type TestApi, testApi } from '../http-api.ts'
import { ScriptedLeg } from '../scripted/leg.ts'
import { ScriptedVoice } from '../scripted/voice.ts'

/** An account whose key has leaked is suspended: nothing more of it is dialled, and what is live ends. */

const dialsEndWithinMs = 2_000
const callsEndWithinMs = 10_000
const log = pino({ level: 'silent' })

interface Dial {
  readonly to: string
  readonly at: number
  /** When it rang no more, or was hung up; null: it still goes on. */
  endedAt: number | null
}

/** Numbers with an odd last digit answer, all others ring for ever. */
class Network implements Carrier {
  readonly dials: Dial[] = []

  async dial({ to }: { to: string }, signal: AbortSignal): Promise<ScriptedLeg> {
    const dial: Dial = { to, at: performance.now(), endedAt: null }
    this.dials.push(dial)
    const end = () => {
      dial.endedAt ??= performance.now()
    }
    if (Number(to.at(-1)) % 2 === 1) return new CountedLeg(end)
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')), {
        once: true,
      })
    }).finally(end)
    throw new Error('nobody answers here')
  }
}

class CountedLeg extends ScriptedLeg {
  readonly #onEnd: () => void

  constructor(onEnd: () => void) {
    super()
    this.#onEnd = onEnd
  }

  override async hangUp(): Promise<void> {
    await super.hangUp()
    this.#onEnd()
  }
}

/** `isTold`: news of calls reach it, as they do unless the connection for them is broken. */
async function startWorker(api: TestApi, { isTold, carrier }: { isTold: boolean; carrier: Carrier }) {
  const opened = new AsyncDisposableStack()
  onTestFinished(() => opened.disposeAsync())
  const database = opened.use(openDatabase(api.database.url))
  const jobs = opened.use(await openJobs(database))
  const nodeId = newId<NodeId>()
  const recordings = openRecordings('/nonexistent', () => undefined)
  const sealing = createSealing(Buffer.alloc(32, 5))
  const worker = new CallWorker({
    nodeId,
    database,
    jobs,
    maxCalls: 8,
    log,
    onLeaseLost: () => undefined,
    recheck: id =>
      recheckCall(
        { database, jobs, sealing, defaultFromNumber: null, homeCountries: ['US'], defaultCaps: {} },
        id,
      ),
    run: (call, reins) => {
      const lifelines = openLifelines('/nonexistent', () => undefined)
      const parts = { database, jobs, recordings, lifelines, nodeId, log, watch: watchBy([]) }
      const plan = { ...call.plan, record: false }
      const inHand = { call: { ...call, plan }, records: new CallRecords({ ...call, plan }, parts), ...reins }
      return runCall(inHand, {
        carrier,
        secondCarrier: carrier,
        voices: { open: async () => new ScriptedVoice(() => ({ text: 'Hello, it is me.' }), false) },
        networkEars: { open: async () => null },
        standby: { clipsFor: async () => null },
        openTools: async () => ({
          tools: [],
          use: async () => ({ error: 'none' }),
          [Symbol.asyncDispose]: async () => undefined,
        }),
        ringTimeoutMs: 60_000,
        clock: Date.now,
        newId,
      })
    },
  })
  const told = (id: Parameters<CallWorker['notice']>[0], concerns: ReadonlySet<string>) =>
    worker.notice(id, concerns)
  if (isTold) opened.use(await subscribe(database, { onCall: told }))
  await worker.start()
  opened.defer(() => worker.leave())
  opened.defer(async () => {
    worker.hangUpAll()
    await expect.poll(() => worker.liveCalls, { timeout: 10_000 }).toBe(0)
  })
  return worker
}

const task = 'Confirm the appointment tomorrow.'
const numberOf = (n: number) => `+1415555${String(1_000 + n)}`

test.each([
  ['told of it', true],
  ['not told of it, since news are lost', false],
])(
  'suspending an account stops its dialling and its calls, of workers that are %s',
  { timeout: 60_000 },
  async (_, isTold) => {
    const network = new Network()
    const api = await testApi()
    const other = await api.stranger()
    const worker = await startWorker(api, { isTold, carrier: network })
    const kept = { phone_number: numberOf(901), task }
    expect((await api.send('POST', '/v1/calls', { key: other.key, body: kept })).status).toBe(201)
    await expect.poll(() => network.dials.length, { timeout: 20_000 }).toBe(1)
    for (let n = 0; n < 30; n += 1) {
      const answer = await api.send('POST', '/v1/calls', { body: { phone_number: numberOf(n), task } })
      expect(answer.status).toBe(201)
    }
    // As many as the worker takes: some talk, some ring, the others wait.
    await expect.poll(() => network.dials.length, { timeout: 20_000 }).toBe(8)
    const own = network.dials.filter(({ to }) => to !== kept.phone_number)
    const talks = async () =>
      (
        await api.database.kysely
          .selectFrom('calls')
          .select('id')
          .where('answered_at', 'is not', null)
          .execute()
      ).length
    const answering = network.dials.filter(({ to }) => Number(to.at(-1)) % 2 === 1).length
    await expect.poll(talks).toBe(answering)

    const before = performance.now()
    const suspended = await api.send('POST', `/v1/accounts/${api.accountId}/suspend`)
    expect(suspended.body).toMatchObject({ suspended: true, cancelled_calls: 23, stopped_calls: 7 })
    await expect.poll(() => worker.liveCalls, { timeout: callsEndWithinMs, interval: 20 }).toBe(1)
    for (const { to, endedAt } of own) {
      const limitMs = Number(to.at(-1)) % 2 === 1 ? callsEndWithinMs : dialsEndWithinMs
      expect((endedAt ?? Infinity) - before, to).toBeLessThan(limitMs)
    }
    const left = await api.database.kysely
      .selectFrom('calls')
      .select('id')
      .where('account_id', '=', api.accountId)
      .where('status', 'in', ['pending', 'queued', 'in_progress'])
      .execute()
    expect(left).toEqual([])
    // The room that is free now, another account has, and nobody else.
    const next = { phone_number: numberOf(903), task }
    await api.send('POST', '/v1/calls', { key: other.key, body: next })
    await expect.poll(() => network.dials.at(-1)?.to, { timeout: 20_000 }).toBe(next.phone_number)
    expect(network.dials).toHaveLength(9)
    expect(network.dials.find(({ to }) => to === kept.phone_number)?.endedAt).toBeNull()
  },
)
