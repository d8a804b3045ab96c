import { fromKysely, PgBoss } from 'pg-boss'
import type { CallId, CarrierTestId, KnowledgeId, SimulationId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'

/** What each queue's jobs carry: ids, never data that may have changed meanwhile. */
export interface JobData {
  /** Dial a queued call. */
  dial: { callId: CallId }
  /** Finish an ended call: recording, analysis, webhook. */
  'after-call': { callId: CallId }
  /** Ask a carrier whether it is there. */
  'carrier-test': { testId: CarrierTestId }
  /** Read a knowledge base: fetch it, take its words out, cut them into passages. */
  'read-knowledge': { knowledgeId: KnowledgeId }
  /** Erase what has been kept long enough. */
  'enforce-retention': Record<string, never>
  /** Play what is left of a simulation, or a part of it. */
  simulate: { simulationId: SimulationId }
}
export type Queue = keyof JobData

/**
 * Durable work. A job runs at least once: again when its handler rejects, and about fifteen
 * seconds after the process that ran it is gone. Disposing takes no more jobs and waits for running ones.
 */
export interface Jobs extends AsyncDisposable {
  send<Q extends Queue>(queue: Q, data: JobData[Q], o?: SendOptions): Promise<void>
  /** Takes jobs in this process. */
  work<Q extends Queue>(
    queue: Q,
    handler: (data: JobData[Q]) => Promise<void>,
    o?: WorkOptions,
  ): Promise<void>
}

export interface SendOptions {
  /** The job exists if and only if this transaction commits. */
  readonly transaction?: Transaction
  readonly startAfterSeconds?: number
  readonly startAt?: Date
  /** No more than one in so many seconds, whoever else sends it. */
  readonly oncePerSeconds?: number
}

/**
 * `concurrency` (5): each job by itself, so many at once, for work that takes its time. `batch`: so many with one
 * look at the queue, side by side and done together, for work that is done in a moment: where one fails, all are
 * handled again.
 */
export type WorkOptions = { readonly concurrency: number } | { readonly batch: number }

const queues: readonly Queue[] = [
  'dial',
  'after-call',
  'carrier-test',
  'read-knowledge',
  'enforce-retention',
  'simulate',
]

/** A minute of tries in quick succession, then one every five minutes: about half a day in all. */
const policy = {
  retryLimit: 150,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 300,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 24 * 3600,
}
/**
 * Queues whose jobs are not told to those who wait for them from inside the transaction that sends them: commits
 * with a notification go one after the other. Calls are told by `notifyCall`, and this queue is what repairs it.
 */
const untold: ReadonlySet<Queue> = new Set(['dial'])
const pollSeconds = { told: 2, untold: 0.5 }
const stopTimeoutMs = 10_000

export async function openJobs(
  database: Database,
  o: { onTrouble?: (error: unknown) => void } = {},
): Promise<Jobs> {
  const boss = new PgBoss({
    connectionString: database.url,
    application_name: 'parley jobs',
    max: 4,
    useListenNotify: true,
    // How soon a lost worker's job is noticed, beside the heartbeat itself.
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    schedule: false,
  })
  boss.on('error', error => o.onTrouble?.(error))
  await boss.start()
  for (const queue of queues) {
    const notify = !untold.has(queue)
    await boss.createQueue(queue, { ...policy, notify })
    // The queue may be an older one, which creating leaves as it is.
    await boss.updateQueue(queue, { notify })
  }
  return {
    async send(queue, data, options = {}) {
      const startAfter = options.startAt ?? options.startAfterSeconds
      await boss.send(queue, data, {
        ...(options.transaction ? { db: fromKysely(options.transaction) } : {}),
        ...(startAfter === undefined ? {} : { startAfter }),
        ...(options.oncePerSeconds === undefined ? {} : { singletonSeconds: options.oncePerSeconds }),
      })
    },
    async work(queue, handler, many = { concurrency: 5 }) {
      const poll = untold.has(queue)
        ? { pollingIntervalSeconds: pollSeconds.untold }
        : { notifyPollingIntervalSeconds: pollSeconds.told }
      const share =
        'batch' in many
          ? { batchSize: many.batch, burstWhenBatchFull: true }
          : { localConcurrency: many.concurrency }
      await boss.work<JobData[typeof queue]>(queue, { ...poll, ...share }, async jobs => {
        const results = await Promise.allSettled(jobs.map(job => handler(job.data)))
        const failed = results.find(result => result.status === 'rejected')
        if (failed) throw failed.reason
      })
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: true, timeout: stopTimeoutMs }),
  }
}
