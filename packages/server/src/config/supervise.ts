import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { firstSecrets, type PreparedDatabase, prepareDatabase } from './prepare-database.ts'
import type { Config } from './config.ts'
import { readMasterKey } from './secrets.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
const readyWithinMs = 60_000
const restartAfterMs = 500

/**
 * Runs the whole platform on one machine: embedded PostgreSQL (unless DATABASE_URL names another), one API
 * process and the call workers. A process that dies is started again; its calls are ended by the reaper.
 */
export async function supervise(config: Config, log: Logger): Promise<void> {
  const masterKey = await readMasterKey(config)
  await using database = await prepareDatabase(config, { masterKey, log })
  const environment = {
    ...process.env,
    DATABASE_URL: database.url,
    PARLEY_MASTER_KEY: masterKey.toString('base64'),
  }
  const workers = Array.from({ length: config.PARLEY_WORKERS }, (_, index) =>
    keepRunning('worker', { environment: { ...environment, ...ownPorts(config, index) }, log }),
  )
  const api = keepRunning('api', { environment, log })
  const stopped = stopOnSignals(workers, log)
  const ready = await Promise.race([
    Promise.all([api.ready, ...workers.map(worker => worker.ready)]),
    stopped,
  ])
  if (ready) process.stdout.write(welcome(ready, { config, created: database.created }))
  await stopped
  // The API stays until the last call is over: what is asked of it meanwhile is kept in the queue.
  for (const worker of workers) worker.stop()
  await Promise.all(workers.map(worker => worker.over))
  api.stop()
  await api.over
}

function ownPorts(config: Config, index: number): Record<string, string> {
  const port = config.PARLEY_SIP_PORT
  const { PARLEY_BROWSER_PORT: browserPort, PARLEY_STREAM_PORT: streamPort } = config
  const { PARLEY_METRICS_PORT: metricsPort, PARLEY_INTERNAL_PORT: internalPort } = config
  return {
    PARLEY_SIP_PORT: String(port === 0 ? 0 : port + index),
    ...streamPorts(config, index),
    PARLEY_BROWSER_PORT: String(browserPort === 0 ? 0 : browserPort + index),
    PARLEY_INTERNAL_PORT: String(internalPort === 0 ? 0 : internalPort + index),
    PARLEY_STREAM_PORT: String(streamPort === 0 ? 0 : streamPort + index),
    ...(metricsPort ? { PARLEY_METRICS_PORT: String(metricsPort + index) } : {}),
  }
}

function streamPorts(config: Config, index: number): Record<string, string> {
  const { PARLEY_SIP_TCP_PORT, PARLEY_SIP_TLS_PORT } = config
  return Object.fromEntries(
    Object.entries({ PARLEY_SIP_TCP_PORT, PARLEY_SIP_TLS_PORT }).flatMap(([name, port]) =>
      port === undefined ? [] : [[name, String(port === 0 ? 0 : port + index)]],
    ),
  )
}

function welcome([api, ...sip]: readonly string[], { config, created }: Start): string {
  const line = `Parley answers at ${api}, SIP at ${sip.join(', ')}. Reference: ${api}/docs`
  return `${[line, ...firstSecrets(config, created)].join('\n')}\n`
}

interface Start {
  readonly config: Config
  readonly created: PreparedDatabase['created']
}

interface Kept {
  /** Its address, once it answers for the first time. */
  readonly ready: Promise<string>
  /** It is gone for good. */
  readonly over: Promise<void>
  /** The first call lets it drain, the next hangs up. It is not started again. */
  stop(): void
}

function keepRunning(
  role: string,
  { environment, log }: { environment: NodeJS.ProcessEnv; log: Logger },
): Kept {
  const ready = Promise.withResolvers<string>()
  let stopping = false
  let child: ChildProcess | undefined
  const run = async () => {
    for (let starts = 0; !stopping; starts += 1) {
      if (starts > 0) await sleep(restartAfterMs)
      child = fork(program, ['--role', role], {
        env: environment,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      child.on('message', message => ready.resolve((message as { address: string }).address))
      const [code, signal] = await once(child, 'exit')
      if (!stopping) log.error({ role, code, signal }, 'a process died and is started again')
    }
  }
  setTimeout(
    () => ready.reject(new Error(`The ${role} was not ready in ${readyWithinMs / 1000} s`)),
    readyWithinMs,
  ).unref()
  const stop = () => {
    stopping = true
    child?.kill('SIGTERM')
  }
  return { ready: ready.promise, over: run(), stop }
}

/** Resolves at the first TERM or INT; every further one is passed on, which hangs up. */
function stopOnSignals(workers: readonly Kept[], log: Logger): Promise<undefined> {
  return new Promise(resolve => {
    let asked = 0
    const stop = () => {
      asked += 1
      log.info(asked === 1 ? 'stopping: live calls may finish; once more hangs up' : 'hanging up')
      if (asked === 1) return resolve(undefined)
      for (const worker of workers) worker.stop()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}
