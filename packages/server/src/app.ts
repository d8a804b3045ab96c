import { type MediaEngine, openMediaEngine } from '@parley/wire/rtp/media-engine'
import { openUserAgent, type DialogRecord, type UserAgent } from '@parley/wire/sip/user-agent'
import type { Logger } from 'pino'
import type { Config } from './config/config.ts'
import { databaseUrl, rtpPorts, trunkLimits, trunkOf } from './config/line-settings.ts'
import type { Runnable } from './config/run-alone.ts'
import { readMasterKey } from './config/secrets.ts'
import { openSpeech } from './config/speech.ts'
import { Trunks } from './config/trunks.ts'
import { type ReapDeps, reapForever } from './dialer/reap.ts'
import { CallRecords } from './dialer/records.ts'
import { runCall } from './dialer/run-call.ts'
import { CallWorker, type WorkerDeps } from './dialer/worker.ts'
import type { NodeId } from './domain/ids.ts'
import { newId } from './domain/new-id.ts'
import { openRecordings } from './files/recordings.ts'
import { limitSettingsTrunk } from './store/admission.ts'
import { endCall, findOrphans } from './store/attempts.ts'
import { type Database, openDatabase } from './store/database.ts'
import { type Jobs, openJobs } from './store/jobs.ts'
import { subscribe } from './store/notify.ts'
import { createSealing } from './store/sealing.ts'
import type { Voices } from './speech/port.ts'

/** How long the far end of a lost call may take to confirm our BYE. */
const lostByeMs = 3_000

/** A call worker: owns sockets, media and live calls. */
export async function openWorker(config: Config, log: Logger): Promise<Runnable> {
  await using starting = new AsyncDisposableStack()
  const onTrouble = (error: unknown) => log.warn({ err: error }, 'a connection is in trouble')
  const database = starting.use(openDatabase(databaseUrl(config), { onTrouble }))
  const jobs = starting.use(await openJobs(database, { onTrouble }))
  const line = starting.use(await openLine(config, { log, draining: () => worker.draining }))
  const trunks = new Trunks({
    database,
    userAgent: line.userAgent,
    media: line.media,
    mediaHost: line.mediaHost,
    sealing: createSealing(await readMasterKey(config)),
    settings: trunkOf(config),
  })
  await limitSettingsTrunk(database, trunkLimits(config))
  const { voices } = starting.use(await openSpeech(config))
  const nodeId = newId() as NodeId
  const worker: CallWorker = new CallWorker(
    workerDeps(config, { database, jobs, nodeId, log, voices, trunks }),
  )
  starting.use(
    await subscribe(database, { onCall: () => void worker.checkStops().catch(onTrouble), onTrouble }),
  )
  const reaping = new AbortController()
  starting.defer(() => reaping.abort())
  void reapForever(reaper({ database, jobs, onTrouble }, line.userAgent), reaping.signal)
  await worker.start()
  starting.defer(() => worker.leave())
  const running = starting.move()
  return {
    address: `${line.userAgent.host}:${line.userAgent.port}`,
    drain: () => worker.drain(config.PARLEY_DRAIN_SECONDS * 1_000),
    hangUp: () => worker.hangUpAll(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

interface Line extends AsyncDisposable {
  readonly userAgent: UserAgent
  readonly media: MediaEngine
  /** Address put into SDP. */
  readonly mediaHost: string
}

async function openLine(
  config: Config,
  { log, draining }: { log: Logger; draining: () => boolean },
): Promise<Line> {
  const { PARLEY_SIP_HOST: host, PARLEY_SIP_PORT: port, PARLEY_SIP_ADVERTISED_HOST: advertisedHost } = config
  await using starting = new AsyncDisposableStack()
  const media = starting.use(await openMediaEngine({ host, ...rtpPorts(config) }))
  const userAgent = starting.use(
    await openUserAgent({
      host,
      port,
      name: 'Parley',
      acceptsCalls: () => !draining(),
      ...(advertisedHost === undefined ? {} : { advertisedHost }),
      onFault: error => log.warn({ err: error }, 'SIP trouble that ended no call'),
    }),
  )
  const running = starting.move()
  return {
    userAgent,
    media,
    mediaHost: advertisedHost ?? host,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

interface WorkerParts {
  readonly database: Database
  readonly jobs: Jobs
  readonly nodeId: NodeId
  readonly log: Logger
  readonly trunks: Trunks
  readonly voices: Voices
}

function workerDeps(config: Config, parts: WorkerParts): WorkerDeps {
  const { database, jobs, nodeId, log, trunks, voices } = parts
  const recordings = openRecordings(config.PARLEY_DATA_DIR, error =>
    log.error({ err: error }, 'a recording is in trouble'),
  )
  const ringTimeoutMs = config.PARLEY_RING_TIMEOUT_SECONDS * 1_000
  return {
    nodeId,
    database,
    jobs,
    log,
    maxCalls: config.PARLEY_MAX_CALLS,
    run: (call, stop) => {
      const records = new CallRecords(call, { database, jobs, recordings, nodeId, log })
      const carrier = trunks.carrierFor(call)
      return runCall({ call, records, stop }, { carrier, voices, ringTimeoutMs, clock: Date.now, newId })
    },
    onLeaseLost: () => {
      log.fatal('this worker was too slow to prove that it lives: its calls were given up')
      process.exit(1)
    },
  }
}

function reaper(
  { database, jobs, onTrouble }: { database: Database; jobs: Jobs; onTrouble: (error: unknown) => void },
  userAgent: UserAgent,
): ReapDeps {
  return {
    findOrphans: () => findOrphans(database),
    hangUpLifeline: async lifeline => {
      const dialog = JSON.parse(lifeline) as DialogRecord
      await userAgent.endDialog(dialog, AbortSignal.timeout(lostByeMs)).catch(onTrouble)
    },
    endOrphan: async ({ id, nodeId }, outcome) => {
      const nothing = { networkCode: null, latency: null, lineStats: null }
      await endCall({ database, jobs }, { callId: id, nodeId, outcome, ...nothing })
    },
    onTrouble,
  }
}
