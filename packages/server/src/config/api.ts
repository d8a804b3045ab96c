import type { Logger } from 'pino'
import { enforceRetention, type RetentionDeps } from '../aftercall/enforce-retention.ts'
import { type FinishDeps, finishCall } from '../aftercall/finish-call.ts'
import type { CallId } from '../domain/ids.ts'
import { keepTicking } from '../campaigns/keep-ticking.ts'
import { Mp3Maker } from '../files/mp3/mp3-maker.ts'
import { openRecordings } from '../files/recordings.ts'
import { buildHttp } from '../http/build-http.ts'
import { openLiveCalls } from '../intake/live-calls.ts'
import { ingest, type IngestDeps } from '../knowledge/ingest.ts'
import { createOutgoing } from '../outgoing/outgoing.ts'
import { createUrlFault } from '../outgoing/url-fault.ts'
import { readWebhookSecrets } from '../store/accounts.ts'
import { type Links, readCallObject } from '../store/call-object.ts'
import { findCall } from '../store/calls.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { type Jobs, openJobs } from '../store/jobs.ts'
import { subscribe } from '../store/notify.ts'
import { readSubscriptionSecrets } from '../store/webhook-subscriptions.ts'
import { createSealing, type Sealing } from '../store/sealing.ts'
import { apiMetrics } from '../telemetry/api-metrics.ts'
import { Previews } from '../voices/previews.ts'
import { type DeliverDeps } from '../webhooks/deliver.ts'
import { openDeliverer } from '../webhooks/deliverer.ts'
import type { Config } from './config.ts'
import { callBus, databaseUrl, httpPort, preflightSettings, streamUrl } from './line-settings.ts'
import type { Runnable } from './run-alone.ts'
import { openMetrics } from './metrics.ts'
import { readMasterKey } from './secrets.ts'
import { sipTransports } from './sip-transports.ts'
import {
  openAnalyst,
  openCloners,
  openEmbedder,
  openSampler,
  speechAvailability,
  speechCatalogue,
} from './speech.ts'

/** How long a recording without a writer's sign of life may be before it counts as left behind. */
const abandonedAfterMs = 60_000

/** Documents that are read at once, each on a thread of its own. */
const readDocuments = 2
const retentionEverySeconds = 3_600

/** The HTTP API and what follows calls: everything that owns no live call. */
export async function openApi(config: Config, log: Logger): Promise<Runnable> {
  await using starting = new AsyncDisposableStack()
  const onTrouble = (error: unknown) => log.warn({ err: error }, 'a connection is in trouble')
  const ending = new AbortController()
  const masterKey = await readMasterKey(config)
  const port = await httpPort(config)
  const address = `http://${config.PARLEY_HTTP_HOST}:${port}`
  const links: Links = { publicUrl: config.PARLEY_PUBLIC_URL ?? address, secret: masterKey }
  const recordings = openRecordings(config.PARLEY_DATA_DIR, onTrouble)
  const bus = starting.use(callBus(config, onTrouble))
  const database = starting.use(openDatabase(databaseUrl(config), { onTrouble, bus }))
  const sealing = createSealing(masterKey)
  const jobs = starting.use(await openJobs(database, { onTrouble }))
  const outgoing = starting.use(createOutgoing({ allowCidrs: config.WEBHOOK_ALLOW_CIDR }))
  const metrics = starting.use(openMetrics('api'))
  const { onAnswer, onTry } = apiMetrics(metrics.registry)
  const source = webhookSource({ database, links, sealing })
  const deliverer = starting.use(
    openDeliverer({ ...source, database, outgoing, log, clock: Date.now, onTry }),
  )
  const onCall = (_id: CallId, concerns: ReadonlySet<string>) => concerns.has('webhook') && deliverer.wake()
  starting.use(await subscribe(database, { onCall, onTrouble }))
  const embedder = openEmbedder(config)
  const analyst = openAnalyst(config)
  await workOnJobs(
    { database, jobs, recordings, outgoing, embedder, analyst, log, clock: Date.now },
    ending.signal,
  )
  starting.use(await askForRetention(jobs, onTrouble))
  void recordings.repairAbandoned(abandonedAfterMs).catch(onTrouble)
  const liveCalls = starting.use(await openLiveCalls(database, { onTrouble }))
  const sampler = starting.use(openSampler(config))
  const catalogue = speechCatalogue(config)
  const speech = { catalogue: () => catalogue, canServe: speechAvailability(config) }
  const campaigns = { database, jobs, sealing, ...speech, log, ...preflightSettings(config) }
  starting.use(keepTicking(campaigns))
  const http = await buildHttp({
    database,
    jobs,
    recordings,
    previews: new Previews({ sampler, mp3: new Mp3Maker(), clock: Date.now }),
    cloners: openCloners(config),
    liveCalls,
    embedder,
    links,
    sealing,
    ...outsideOf(config),
    log,
    ...speech,
    ...preflightSettings(config),
    draining: () => ending.signal.aborted,
    metrics: { read: () => metrics.read(), onAnswer },
  })
  // Before the server: it waits for open event streams, which end with this.
  for (const end of [() => http.close(), () => liveCalls[Symbol.asyncDispose](), () => ending.abort()])
    starting.defer(end)
  await http.listen({ host: config.PARLEY_HTTP_HOST, port })
  return runnableOf(address, ending, starting.move())
}

/** What of the world outside can be spoken with. */
function outsideOf(config: Config) {
  return {
    sipTransports: sipTransports(config),
    streamUrl: streamUrl(config),
    urlFault: createUrlFault(config.WEBHOOK_ALLOW_CIDR),
    trustedProxies: config.PARLEY_TRUSTED_PROXIES,
  }
}

function runnableOf(address: string, ending: AbortController, running: AsyncDisposableStack): Runnable {
  return {
    address,
    drain: async () => ending.abort(),
    hangUp: () => undefined,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** What follows calls, and what is read for them. */
async function workOnJobs(
  { jobs, ...deps }: FinishDeps & IngestDeps & RetentionDeps & { readonly jobs: Jobs },
  signal: AbortSignal,
): Promise<void> {
  await jobs.work('after-call', ({ callId }) => finishCall(deps, callId, signal))
  await jobs.work('read-knowledge', ({ knowledgeId }) => ingest(deps, knowledgeId, signal), {
    concurrency: readDocuments,
  })
  await jobs.work('enforce-retention', () => enforceRetention(deps, signal), { concurrency: 1 })
}

/** At every hour, of all processes together once: what is due is erased within the day by far. */
async function askForRetention(jobs: Jobs, onTrouble: (error: unknown) => void): Promise<Disposable> {
  const ask = () => jobs.send('enforce-retention', {}, { oncePerSeconds: retentionEverySeconds })
  await ask()
  const timer = setInterval(() => void ask().catch(onTrouble), retentionEverySeconds * 1_000)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function webhookSource(parts: {
  database: Database
  links: Links
  sealing: Sealing
}): Pick<DeliverDeps, 'callObject' | 'secretsOf'> {
  const { database, links, sealing } = parts
  return {
    callObject: async (id, account) => {
      const row = await findCall(database, { account, id })
      return row && (await readCallObject(database, row, links))
    },
    secretsOf: async ({ account_id: account, subscription_id: id }) =>
      id === null
        ? await readWebhookSecrets(database, { account, sealing })
        : await readSubscriptionSecrets(database, { id, sealing }),
  }
}
