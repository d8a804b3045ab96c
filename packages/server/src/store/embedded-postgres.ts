import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { accountForPostgres } from './postgres-account.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { openCluster } from './postgres-cluster.ts'
import { clearTheWay, halt, hasEnded, launch, type ServerProgram } from './postgres-process.ts'

/**
 * PostgreSQL as part of the platform, for a machine that has no server of its own. It listens on the
 * loopback address only, behind a random password; it ends with the process that started it, and is
 * started again when it dies alone.
 */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string of the database `postgres`, password included. */
  readonly url: string
  readonly port: number
}

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its password and its log. Made on first use. */
  readonly dataDir: string
  /** TCP port; any free one by default. */
  readonly port?: number
  /** Told in words when the server died and when it is back. Silent by default. */
  readonly onTrouble?: (message: string) => void
}

/** After this many deaths in a row the server stays down: something is wrong that starting does not mend. */
const restartLimit = 5
/** A server that lived so long has recovered, and the count begins anew. */
const settledMs = 60_000
const longestPauseMs = 5_000
const portTries = 5

export async function startEmbeddedPostgres(o: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const stopping = new AbortController()
  const account = await accountForPostgres()
  const binaries = await postgresBinaries(account)
  const cluster = await openCluster(o.dataDir, { binaries, account })
  await clearTheWay(cluster, stopping.signal)
  const { program, first } = await launchOnPort({ cluster, binaries, account }, o.port)
  const { port } = program
  const kept = keepRunning(program, { first, signal: stopping.signal, onTrouble: o.onTrouble })
  return {
    url: `postgres://parley:${cluster.password}@127.0.0.1:${port}/postgres`,
    port,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await kept
    },
  }
}

/** A free port may be taken by somebody else before the server has it: then another one is tried. */
async function launchOnPort(
  server: Omit<ServerProgram, 'port'>,
  wanted: number | undefined,
): Promise<{ program: ServerProgram; first: Keeping['first'] }> {
  for (let tries = 1; ; tries += 1) {
    const program = { ...server, port: wanted ?? (await freePort()) }
    try {
      return { program, first: await launch(program, new AbortController().signal) }
    } catch (error) {
      if (wanted !== undefined || tries === portTries || !/address already in use/i.test(String(error)))
        throw error
    }
  }
}

interface Keeping {
  readonly first: Awaited<ReturnType<typeof launch>>
  readonly signal: AbortSignal
  readonly onTrouble: ((message: string) => void) | undefined
}

/** Resolves once the server has ended for good: when told to stop, or when it died too often. */
async function keepRunning(program: ServerProgram, { first, signal, onTrouble }: Keeping): Promise<void> {
  let server = first
  for (let deaths = 0; deaths <= restartLimit; deaths += 1) {
    const startedAt = performance.now()
    await endOrAbort(server, signal)
    if (signal.aborted) return await halt(server, program.cluster)
    if (performance.now() - startedAt > settledMs) deaths = 0
    onTrouble?.(`PostgreSQL ended unexpectedly (${server.signalCode ?? server.exitCode}); starting it again`)
    try {
      // Processes of the dead server may still hold its memory for a moment.
      await delay(Math.min(100 * 2 ** deaths, longestPauseMs), undefined, { signal })
      await clearTheWay(program.cluster, signal)
      server = await launch(program, signal)
    } catch (error) {
      if (signal.aborted) return
      onTrouble?.(error instanceof Error ? error.message : String(error))
    }
  }
  onTrouble?.('PostgreSQL died too often and stays down')
}

async function endOrAbort(server: Keeping['first'], signal: AbortSignal): Promise<void> {
  if (signal.aborted || hasEnded(server)) return
  await new Promise<void>(done => {
    server.once('exit', () => done())
    signal.addEventListener('abort', () => done(), { once: true })
  })
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done, failed) => {
    probe.once('error', failed)
    probe.listen(0, '127.0.0.1', done)
  })
  const address = probe.address()
  await new Promise(done => probe.close(done))
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port')
  return address.port
}
