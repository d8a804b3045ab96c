import { setTimeout as pause } from 'node:timers/promises'
import type { SimulationId } from '../domain/ids.ts'
import { openRuns, type RunPlace, type SimulationSetup } from '../domain/simulation.ts'
import type { Database } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import { finishSimulation, isRunning, storeRun, takeUp } from '../store/simulation-progress.ts'
import { type PlayDeps, playRun } from './play-run.ts'

export interface SimulationDeps extends PlayDeps {
  readonly database: Database
  readonly jobs: Pick<Jobs, 'send'>
  /** After which no run is begun in this job; default 5 minutes. */
  readonly sliceMs?: number
}

/** Talks of one simulation at once: they wait for models nearly all of the time. */
const runsAtOnce = 4
/** With the longest talk, well below the quarter of an hour that a job may take. */
const defaultSliceMs = 5 * 60_000
const mostTakes = 5
const watchEveryMs = 2_000

/**
 * Plays the runs of a simulation that have not been played, or a part of them, and leaves the rest to another job. May be
 * run any number of times, and be cut short anywhere: what is not stored is played again. Rejects when the signal aborts,
 * or when the database is away.
 */
export async function runSimulation(
  deps: SimulationDeps,
  id: SimulationId,
  signal: AbortSignal,
): Promise<void> {
  const { database, jobs, sliceMs = defaultSliceMs } = deps
  const taken = await takeUp(database, id, mostTakes)
  if (taken === null) return
  const waiting = openRuns(taken.setup, taken.done)
  const untilMs = deps.clock() + sliceMs
  const next = () => (deps.clock() < untilMs ? waiting.shift() : undefined)
  const stopping = new AbortController()
  const both = AbortSignal.any([signal, stopping.signal])
  const watching = watch(deps, id, stopping)
  const lanes = Array.from({ length: runsAtOnce }, async () => {
    for (let place = next(); place !== undefined; place = next())
      await playOne({ ...deps, id, setup: taken.setup }, place, both)
  })
  try {
    await Promise.all(lanes)
  } catch (error) {
    // Somebody has taken it back: there is nothing more to do.
    if (stopping.signal.aborted) return
    throw error
  } finally {
    stopping.abort()
    await Promise.allSettled([...lanes, watching])
  }
  if (waiting.length > 0) await jobs.send('simulate', { simulationId: id })
  else await finishSimulation(database, id)
}

async function playOne(
  { database, id, setup, ...deps }: SimulationDeps & { id: SimulationId; setup: SimulationSetup },
  { scenario: index, n }: RunPlace,
  signal: AbortSignal,
): Promise<void> {
  const scenario = setup.scenarios[index]
  if (scenario === undefined) throw new Error('a run has no scenario')
  const { report, firstTokenMs } = await playRun({ setup, scenario, n }, deps, signal)
  await storeRun(database, id, { scenario: index, n, report, firstTokenMs })
}

/** Aborts when the simulation was cancelled or deleted. Ends when it aborts. */
async function watch(
  { database, log }: SimulationDeps,
  id: SimulationId,
  stopping: AbortController,
): Promise<void> {
  const { signal } = stopping
  while (!signal.aborted) {
    await pause(watchEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return
    try {
      if (!(await isRunning(database, id))) stopping.abort()
    } catch (error) {
      log.warn({ err: error }, 'whether a simulation is still wanted can not be looked up now')
    }
  }
}
