import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { openUserAgent } from '@parley/wire/sip/user-agent'
import pino from 'pino'
import { readConfig } from '../../src/config/config.ts'
import { openStreamLines } from '../../src/config/stream-lines.ts'
import { Trunks } from '../../src/config/trunks.ts'
import { CallWorker } from '../../src/dialer/worker.ts'
import type { CallId, NodeId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { recheckCall } from '../../src/intake/recheck-call.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { announceBrowserLine, announceInternalUrl } from '../../src/store/nodes.ts'
import { subscribe } from '../../src/store/notify.ts'
import { createSealing } from '../../src/store/sealing.ts'
import type { TestApi } from '../http-api.ts'

/** A worker with a SIP socket, whose calls are answered when the test says so and take whatever they are asked. */
export interface LiveWorker extends AsyncDisposable {
  /** Resolves once the call is talked. */
  answer(callId: CallId): Promise<void>
}

const host = '127.0.0.1'

export async function openLiveWorker(api: TestApi): Promise<LiveWorker> {
  await using starting = new AsyncDisposableStack()
  const database = starting.use(openDatabase(api.database.url))
  const jobs = starting.use(await openJobs(database))
  const nodeId = newId<NodeId>()
  const over = Promise.withResolvers<void>()
  starting.defer(() => over.resolve())
  const claimed = new Map<string, PromiseWithResolvers<void>>()
  const claimOf = (id: string) => {
    const claim = claimed.get(id) ?? Promise.withResolvers<void>()
    claimed.set(id, claim)
    return claim
  }
  const worker = new CallWorker({
    nodeId,
    database,
    jobs,
    maxCalls: 100,
    log: pino({ level: 'silent' }),
    onLeaseLost: () => undefined,
    recheck: id =>
      recheckCall(
        {
          database,
          jobs,
          sealing: createSealing(Buffer.alloc(32, 5)),
          defaultFromNumber: null,
          homeCountries: ['US'],
          defaultCaps: {},
        },
        id,
      ),
    run: (call, { steering }) => {
      steering.onControl(({ id }) => steering.settle(id, null))
      claimOf(call.id).resolve()
      return over.promise
    },
  })
  starting.use(await subscribe(database, { onCall: (id, concerns) => worker.notice(id, concerns) }))
  await testCarriers({ starting, api, jobs })
  await worker.start()
  starting.defer(() => worker.leave())
  await announceBrowserLine(database, nodeId, 'wss://worker.test')
  await announceInternalUrl(database, nodeId, 'ws://worker.test')
  const running = starting.move()
  return {
    async answer(id) {
      await claimOf(id).promise
      const answered = { answered_at: new Date() }
      await database.kysely.updateTable('calls').set(answered).where('id', '=', id).execute()
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Carriers are asked over a socket of SIP, as workers do it. */
async function testCarriers(o: {
  starting: AsyncDisposableStack
  api: TestApi
  jobs: Awaited<ReturnType<typeof openJobs>>
}): Promise<void> {
  const { starting, jobs } = o
  const { database } = o.api
  const sealing = createSealing(Buffer.alloc(32, 5))
  const media = starting.use(await openMediaEngine({ host }))
  const userAgent = starting.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
  const parts = { database, sealing, reception: { open: null }, onTrouble: () => undefined }
  const streams = starting.use(await openStreamLines(readConfig({}), parts))
  const trunks = new Trunks({
    database,
    sealing,
    userAgent,
    media,
    mediaHost: host,
    settings: null,
    streams,
  })
  await jobs.work('carrier-test', ({ testId }) => trunks.test(testId))
}
