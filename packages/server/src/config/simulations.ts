import type { Logger } from 'pino'
import type { ToolDeps } from '../dialer/tools/open-tools.ts'
import { runSimulation } from '../simulations/run-simulation.ts'
import type { Database } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import type { Config } from './config.ts'
import { openAnalyst, openTextBrains } from './speech.ts'

/** Simulations that one worker plays at once, beside its calls. */
const atOnce = 2

/** From now on simulations are played in this process. Disposing leaves those under way to others. */
export async function takeSimulations(
  config: Config,
  parts: { database: Database; jobs: Jobs; tools: ToolDeps; log: Logger },
): Promise<Disposable> {
  const stopping = new AbortController()
  const deps = { ...parts, brains: openTextBrains(config), analyst: openAnalyst(config), clock: Date.now }
  await parts.jobs.work(
    'simulate',
    ({ simulationId }) => runSimulation(deps, simulationId, stopping.signal),
    { concurrency: atOnce },
  )
  return { [Symbol.dispose]: () => stopping.abort() }
}
