import type { SimulationRun } from '@parley/contract/simulations'
import { sql } from 'kysely'
import type { AccountId, SimulationId } from '../domain/ids.ts'
import type { RunPlace, SimulationSetup } from '../domain/simulation.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'

/** What workers do with simulations, and what becomes of those that no worker brings to an end. */

export interface TakenSimulation {
  readonly setup: SimulationSetup
  readonly done: readonly RunPlace[]
}

/**
 * Marks it as running, and answers what has been played of it. Null: there is nothing to play, since it is over, or was
 * taken up `mostTakes` times without one run being done, which ends it as failed.
 */
export async function takeUp(
  { kysely }: Database,
  id: SimulationId,
  mostTakes: number,
): Promise<TakenSimulation | null> {
  const now = sql<Date>`now()`
  const row = await kysely
    .updateTable('simulations')
    .set(row => ({
      status: 'running' as const,
      started_at: sql<Date>`coalesce(started_at, now())`,
      touched_at: now,
      takes: row('takes', '+', 1),
    }))
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .returning(['setup', 'takes'])
    .executeTakeFirst()
  if (row === undefined) return null
  if (row.takes > mostTakes) {
    const error_message = `It was taken up ${mostTakes} times, and no run of it came to an end`
    await kysely
      .updateTable('simulations')
      .set({ status: 'failed', ended_at: now, error_message })
      .where('id', '=', id)
      .where('status', '=', 'running')
      .execute()
    return null
  }
  const done = await kysely
    .selectFrom('simulation_runs')
    .select(['scenario', 'n'])
    .where('simulation_id', '=', id)
    .execute()
  return { setup: row.setup, done }
}

/** False: it was cancelled or deleted, or somebody else has brought it to an end. */
export async function isRunning({ kysely }: Database, id: SimulationId): Promise<boolean> {
  const row = await kysely
    .selectFrom('simulations')
    .select('status')
    .where('id', '=', id)
    .where('status', '=', 'running')
    .executeTakeFirst()
  return row !== undefined
}

export interface DoneRun extends RunPlace {
  readonly report: SimulationRun
  readonly firstTokenMs: readonly number[]
}

/** Keeps nothing where the simulation does not run any more, or the run has been played by somebody else. */
export async function storeRun({ kysely }: Database, id: SimulationId, run: DoneRun): Promise<void> {
  await kysely.transaction().execute(async trx => {
    const touched = await trx
      .updateTable('simulations')
      .set({ takes: 0, touched_at: sql<Date>`now()` })
      .where('id', '=', id)
      .where('status', '=', 'running')
      .executeTakeFirst()
    if (touched.numUpdatedRows === 0n) return
    const { scenario, n, report, firstTokenMs } = run
    await trx
      .insertInto('simulation_runs')
      .values({
        simulation_id: id,
        scenario,
        n,
        result: report.result,
        score: report.score,
        first_token_ms: firstTokenMs.map(Math.round),
        report: storableJson(report),
      })
      .onConflict(conflict => conflict.columns(['simulation_id', 'scenario', 'n']).doNothing())
      .execute()
  })
}

/** Ends it when all of its runs are there: as failed where none of them could be held. */
export async function finishSimulation({ kysely }: Database, id: SimulationId): Promise<void> {
  await sql`
    update simulations set ended_at = now(),
      status = case when held = 0 then 'failed' else 'completed' end,
      error_message = case when held = 0 then 'None of its talks could be held: see their error_message' end
    from (select count(*) as done, count(*) filter (where result <> 'error') as held
      from simulation_runs where simulation_id = ${id}) counted
    where id = ${id} and status = 'running' and done >= runs`.execute(kysely)
}

/** Ends those that no worker has touched since: their jobs are lost. */
export async function failForgotten({ kysely }: Database, before: Date): Promise<void> {
  await kysely
    .updateTable('simulations')
    .set({
      status: 'failed',
      ended_at: sql<Date>`now()`,
      error_message: 'No worker took it up, or went on with it',
    })
    .where('status', 'in', ['queued', 'running'])
    .where('touched_at', '<', before)
    .execute()
}

/** What is said in simulations is kept no longer than what is said in calls. */
export async function deleteOldSimulations(
  { kysely }: Database,
  o: { account: AccountId; before: Date },
): Promise<void> {
  await kysely
    .deleteFrom('simulations')
    .where('account_id', '=', o.account)
    .where('ended_at', '<', o.before)
    .execute()
}

/** Those in whose texts a number stands. */
export async function deleteSimulationsNaming(
  trx: Transaction,
  { account, number }: { account: AccountId; number: string },
): Promise<void> {
  const anywhere = `%${number}%`
  await sql`delete from simulations where account_id = ${account}
    and (request::text like ${anywhere} or setup::text like ${anywhere}
      or exists (select from simulation_runs
        where simulation_id = simulations.id and report::text like ${anywhere}))`.execute(trx)
}
