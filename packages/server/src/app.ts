import type { DialogRecord, UserAgent } from '@parley/wire/sip/user-agent'
import type { Logger } from 'pino'
import { openBrowserCalls } from './config/browser-calls.ts'
import { openCallTools } from './config/call-tools.ts'
import type { Config } from './config/config.ts'
import { callBus, databaseUrl, preflightSettings, trunkLimits, trunkOf } from './config/line-settings.ts'
import type { Runnable } from './config/run-alone.ts'
import { readMasterKey } from './config/secrets.ts'
import { openListeners } from './config/listeners.ts'
import { watchProviders } from './config/provider-health.ts'
import { openReception } from './config/reception.ts'
import { openRegistrations } from './config/registrations.ts'
import { openSipLine, type Reception, type SipLine } from './config/sip-line.ts'
import { openSpeech, speechCatalogue } from './config/speech.ts'
import { openStreamLines, type StreamLines, type StreamReception } from './config/stream-lines.ts'
import { openStreamReception, type StreamReceptionDeps } from './config/stream-reception.ts'
import { takeSimulations } from './config/simulations.ts'
import { type TrunkDeps, Trunks } from './config/trunks.ts'
import { openWatching } from './config/watching.ts'
import type { Reins } from './dialer/live-calls.ts'
import { type ReapDeps, reapForever } from './dialer/reap.ts'
import { lineOf } from './dialer/receive-call.ts'
import { CallRecords } from './dialer/records.ts'
import { runCall } from './dialer/run-call.ts'
import { openTools, type ToolDeps } from './dialer/tools/open-tools.ts'
import { CallWorker } from './dialer/worker.ts'
import { browserParty } from './domain/browser-ticket.ts'
import type { WatchCall } from './domain/call-watch.ts'
import type { NodeId } from './domain/ids.ts'
import { newId } from './domain/new-id.ts'
import { unreached } from './domain/outcome.ts'
import { openLifelines } from './files/lifelines.ts'
import { openRecordings } from './files/recordings.ts'
import { recheckCall } from './intake/recheck-call.ts'
import { limitSettingsTrunk } from './store/admission.ts'
import { type ClaimedCall, endCall, findOrphans, findOver } from './store/attempts.ts'
import { type Database, openDatabase } from './store/database.ts'
import { type Jobs, openJobs } from './store/jobs.ts'
import { keepPlaces } from './store/lost-lines.ts'
import { subscribe } from './store/notify.ts'
import { createSealing } from './store/sealing.ts'
import type { NetworkEars, Standby, Voices } from './speech/port.ts'
import type { BrowserLine } from './telephony/browser/browser-line.ts'
import type { Carrier } from './telephony/port.ts'
import type { Registrations } from './telephony/sip/registrations.ts'

/** How long the far end of a lost call may take to confirm our BYE. */
const lostByeMs = 3_000

/** A call worker: owns sockets, media and live calls. */
export async function openWorker(config: Config, log: Logger): Promise<Runnable> {
  await using starting = new AsyncDisposableStack()
  const onTrouble = (error: unknown) => log.warn({ err: error }, 'a connection is in trouble')
  const bus = starting.use(callBus(config, onTrouble))
  const database = starting.use(openDatabase(databaseUrl(config), { onTrouble, bus }))
  const jobs = starting.use(await openJobs(database, { onTrouble }))
  const doors: Doors = { sip: { open: null }, streams: { open: null } }
  const sealing = createSealing(await readMasterKey(config))
  const sip = { database, sealing, log, reception: doors.sip, acceptsCalls: () => worker.hasRoom }
  const line = starting.use(await openSipLine(config, sip))
  const streams = starting.use(
    await openStreamLines(config, { database, sealing, reception: doors.streams, onTrouble }),
  )
  const trunks = await openTrunks(config, { database, line, sealing, streams })
  const { voices: uncounted, health, ...speech } = starting.use(await openSpeech(config))
  const countCalls = () => ({ live: worker.liveCalls, most: config.PARLEY_MAX_CALLS })
  const takesCalls = () => doors.sip.open !== null && !worker.draining
  const watching = starting.use(await openWatching(config, { log, countCalls, takesCalls }))
  const voices = watching.counted(uncounted)
  const nodeId = newId() as NodeId
  const tools = starting.use(openCallTools(config, { database, jobs, sealing, log }))
  const run = runner(config, { ...watching, ...speech, database, jobs, nodeId, log, voices, tools })
  const worker: CallWorker = new CallWorker({
    nodeId,
    database,
    jobs,
    log,
    maxCalls: config.PARLEY_MAX_CALLS,
    recheck: callId => recheckCall({ database, jobs, sealing, ...preflightSettings(config) }, callId),
    run: (call, reins) =>
      call.plan.to === browserParty
        ? run.unjoined(call)
        : run.call(call, {
            reins,
            carrier: trunks.carrierFor(call),
            secondCarrier: trunks.secondCarrierFor(call),
          }),
    onLeaseLost: () => giveUp(log),
  })
  starting.use(
    await subscribe(database, { onCall: (callId, concerns) => worker.notice(callId, concerns), onTrouble }),
  )
  starting.use(keepReaping(config, { database, jobs, onTrouble }, { userAgent: line.userAgent, streams }))
  await worker.start()
  starting.defer(() => worker.leave())
  starting.use(watchProviders({ ...health, database, nodeId, onTrouble }))
  starting.use(await takeJobs(config, { database, jobs, tools, log, trunks }))
  const registering = { ...line, database, nodeId, sealing, draining: () => worker.draining, onTrouble }
  const registrations = starting.use(openRegistrations(registering))
  takeCarriers(config, { database, nodeId, log, worker, run, trunks, line, doors, registrations })
  starting.use(await openListeners(config, { database, nodeId, worker }))
  starting.use(await takeBrowsers(config, { database, nodeId, log, worker, run, trunks }))
  const running = starting.move()
  return {
    address: `${line.userAgent.host}:${line.userAgent.port}`,
    drain: () => worker.drain(config.PARLEY_DRAIN_SECONDS * 1_000),
    hangUp: () => worker.hangUpAll(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Others may have ended this worker's calls already. */
function giveUp(log: Logger): never {
  log.fatal('this worker was too slow to prove that it lives: its calls were given up')
  process.exit(1)
}

interface JobParts {
  readonly database: Database
  readonly jobs: Jobs
  readonly tools: ToolDeps
  readonly log: Logger
  readonly trunks: Trunks
}

/** What a worker does beside its calls. */
async function takeJobs(config: Config, { trunks, ...parts }: JobParts): Promise<Disposable> {
  await parts.jobs.work('carrier-test', ({ testId }) => trunks.test(testId))
  return await takeSimulations(config, parts)
}

interface TakingParts {
  readonly database: Database
  readonly nodeId: NodeId
  readonly log: Logger
  readonly worker: CallWorker
  readonly run: Runner
  readonly trunks: Trunks
}

/** From now on calls that come in by carriers are taken. */
function takeCarriers(
  config: Config,
  {
    worker,
    run,
    trunks,
    line,
    doors,
    registrations,
    ...parts
  }: TakingParts & { line: SipLine; doors: Doors; registrations: Registrations },
): void {
  const taking: StreamReceptionDeps = {
    ...parts,
    catalogue: speechCatalogue(config),
    hasRoom: () => worker.hasRoom,
    hold: (call, arrival) =>
      worker.hold(call, async reins => {
        const secondCarrier = trunks.secondCarrierFor(call)
        await run.call(call, { reins, carrier: lineOf(arrival), secondCarrier })
        // A call that broke before its answer must not ring on; after the answer this does nothing.
        arrival.refuse('unavailable')
      }),
  }
  const { media, mediaHost, codecs, screen } = line
  doors.sip.open = openReception({ ...taking, media, mediaHost, codecs, screen, registrations })
  doors.streams.open = openStreamReception(taking)
}

function takeBrowsers(config: Config, { worker, run, trunks, ...parts }: TakingParts): Promise<BrowserLine> {
  return openBrowserCalls(config, {
    ...parts,
    hasRoom: () => worker.hasRoom,
    hold: (call, leg) =>
      worker.hold(call, async reins => {
        await using joined = leg
        const answer = () => Promise.resolve(joined)
        const secondCarrier = trunks.secondCarrierFor(call)
        await run.call(call, { reins, carrier: lineOf({ answer }), secondCarrier })
      }),
  })
}

async function openTrunks(
  config: Config,
  { line, ...parts }: Pick<TrunkDeps, 'database' | 'sealing' | 'streams'> & { line: SipLine },
): Promise<Trunks> {
  await limitSettingsTrunk(parts.database, trunkLimits(config))
  const { userAgent, media, mediaHost, codecs } = line
  return new Trunks({ ...parts, userAgent, media, mediaHost, codecs, settings: trunkOf(config) })
}

interface Doors {
  readonly sip: Reception
  readonly streams: StreamReception
}

interface RunnerParts {
  readonly database: Database
  readonly jobs: Jobs
  readonly nodeId: NodeId
  readonly log: Logger
  readonly voices: Voices
  readonly networkEars: NetworkEars
  readonly standby: Standby
  readonly watch: WatchCall
  readonly tools: ToolDeps
}

interface Runner {
  /** Over the line that it is given; `secondCarrier` for whoever the callee is connected with. */
  call(call: ClaimedCall, o: { reins: Reins; carrier: Carrier; secondCarrier: Carrier }): Promise<void>
  /** Ends a call that no browser has joined in time. */
  unjoined(call: ClaimedCall): Promise<void>
}

/** Runs the calls of this node. */
function runner(config: Config, { voices, networkEars, standby, tools, ...parts }: RunnerParts): Runner {
  const recordings = openRecordings(config.PARLEY_DATA_DIR, error =>
    parts.log.error({ err: error }, 'a recording is in trouble'),
  )
  const ringTimeoutMs = config.PARLEY_RING_TIMEOUT_SECONDS * 1_000
  const lifelines = openLifelines(config.PARLEY_DATA_DIR, error =>
    parts.log.error({ err: error }, 'what hanging up takes can not be kept'),
  )
  const recordsOf = (call: ClaimedCall) => new CallRecords(call, { ...parts, recordings, lifelines })
  return {
    call: (call, { reins, ...carriers }) => {
      const inHand = { call, records: recordsOf(call), ...reins }
      return runCall(inHand, {
        ...carriers,
        voices,
        networkEars,
        standby,
        ringTimeoutMs,
        clock: Date.now,
        newId,
        openTools: (plan, signal) => openTools(plan, tools, signal),
      })
    },
    unjoined: call => {
      const outcome = unreached('no-answer', 'No browser joined the call in time')
      return recordsOf(call).end({ outcome, latency: null, networkCode: null })
    },
  }
}

/** Ends the calls of workers that are gone, until it is disposed. */
function keepReaping(...parts: Parameters<typeof reaper>): Disposable {
  const reaping = new AbortController()
  void reapForever(reaper(...parts), reaping.signal)
  return { [Symbol.dispose]: () => reaping.abort() }
}

interface ReaperParts {
  readonly database: Database
  readonly jobs: Jobs
  readonly onTrouble: (error: unknown) => void
}

function reaper(
  config: Config,
  { database, jobs, onTrouble }: ReaperParts,
  { userAgent, streams }: { userAgent: UserAgent; streams: StreamLines },
): ReapDeps {
  return {
    findOrphans: () => findOrphans(database),
    findOver: callIds => findOver(database, callIds),
    lifelines: openLifelines(config.PARLEY_DATA_DIR, onTrouble),
    hangUpLifeline: async (lifeline, account) => {
      const deadline = AbortSignal.timeout(lostByeMs)
      if (await streams.hangUp(lifeline, account, deadline)) return
      const dialog = JSON.parse(lifeline) as DialogRecord
      await userAgent.endDialog(dialog, deadline).catch(onTrouble)
    },
    keepPlaces: callId => keepPlaces(database, { callId, ringSeconds: config.PARLEY_RING_TIMEOUT_SECONDS }),
    endOrphan: async ({ id, nodeId }, outcome) => {
      const nothing = { networkCode: null, latency: null, lineStats: null }
      await endCall({ database, jobs }, { callId: id, nodeId, outcome, ...nothing })
    },
    onTrouble,
  }
}
