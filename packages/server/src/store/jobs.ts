import { fromKysely, PgBoss } from 'pg-boss'
import type { CallId, CarrierTestId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'

/** What each queue's jobs carry: ids, never data that may have changed meanwhile. */
export interface JobData {
  /** Dial a queued call. */
  dial: { callId: CallId }
  /** Finish an ended call: recording, analysis, webhook. */
  'after-call': { callId: CallId }
  /** Ask a carrier whether it is there. */
  'carrier-test': { testId: CarrierTestId }
}
export type Queue = keyof JobData

/**
 * Durable work. A job runs at least once: again when its handler rejects, and about fifteen
 * seconds after the process that ran it is gone. Disposing takes no more jobs and waits for running ones.
 */
export interface Jobs extends AsyncDisposable {
  send<Q extends Queue>(queue: Q, data: JobData[Q], o?: SendOptions): Promise<void>
  /** Takes jobs in this process, at most `concurrency` (5) at once. */
  work<Q extends Queue>(
    queue: Q,
    handler: (data: JobData[Q]) => Promise<void>,
    o?: { concurrency?: number },
  ): Promise<void>
}

export interface SendOptions {
  /** The job exists if and only if this transaction commits. */
  readonly transaction?: Transaction
  readonly startAfterSeconds?: number
}

const queues: readonly Queue[] = ['dial', 'after-call', 'carrier-test']

/** A minute of tries in quick succession, then one every five minutes: about half a day in all. */
const policy = {
  retryLimit: 150,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 300,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 24 * 3600,
  notify: true,
}
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
  for (const queue of queues) await boss.createQueue(queue, policy)
  return {
    async send(queue, data, options = {}) {
      await boss.send(queue, data, {
        ...(options.transaction ? { db: fromKysely(options.transaction) } : {}),
        ...(options.startAfterSeconds === undefined ? {} : { startAfter: options.startAfterSeconds }),
      })
    },
    async work(queue, handler, { concurrency = 5 } = {}) {
      const options = { localConcurrency: concurrency, notifyPollingIntervalSeconds: 2 }
      await boss.work<JobData[typeof queue]>(queue, options, async jobs => {
        for (const job of jobs) await handler(job.data)
      })
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: true, timeout: stopTimeoutMs }),
  }
}
