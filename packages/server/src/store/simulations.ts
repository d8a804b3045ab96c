import type { Page } from '@parley/contract/page'
import type { Warning } from '@parley/contract/place-call'
import type { SimulationDetail, SimulationObject, SimulationRun } from '@parley/contract/simulations'
import { type Selectable, sql } from 'kysely'
import type { AccountId, AgentId, SimulationId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import type { SimulationSetup } from '../domain/simulation.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

/** Simulations as customers see them; `simulation-progress.ts` is what workers do with them. */

type Totals = Omit<SimulationObject['totals'], 'runs'>

/** A simulation with what came of its runs so far. */
export type SimulationRow = Omit<
  Selectable<Tables['simulations']>,
  'request' | 'setup' | 'takes' | 'touched_at'
> & {
  readonly totals: Totals
}

export type WholeSimulationRow = SimulationRow & Pick<Selectable<Tables['simulations']>, 'request'>

export interface SimulationOf {
  readonly account: AccountId
  readonly id: string
}

export interface NewSimulation {
  readonly account: AccountId
  readonly name: string | null
  readonly agent: string | null
  /** As the customer wrote it. */
  readonly request: unknown
  readonly setup: SimulationSetup
  readonly warnings: readonly Warning[]
}

/** Whoever begins one for the same account, or suspends it, waits until the transaction ends. */
export async function lockRoom(
  trx: Transaction,
  account: AccountId,
): Promise<{ readonly underWay: number; readonly suspended: boolean }> {
  const { settings } = await trx
    .selectFrom('accounts')
    .select('settings')
    .where('id', '=', account)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  const { underWay } = await trx
    .selectFrom('simulations')
    .select(sql<number>`count(*)::int`.as('underWay'))
    .where('account_id', '=', account)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirstOrThrow()
  return { underWay, suspended: settings.suspended === true }
}

export async function insertSimulation(trx: Transaction, given: NewSimulation): Promise<SimulationId> {
  const { scenarios, runsEach } = given.setup
  const id = newId<SimulationId>()
  await trx
    .insertInto('simulations')
    .values({
      id,
      account_id: given.account,
      name: given.name,
      agent_id: given.agent as AgentId | null,
      request: storableJson(given.request),
      setup: storableJson(given.setup),
      warnings: storableJson(given.warnings),
      runs: scenarios.length * runsEach,
    })
    .execute()
  return id
}

/** Null where the account has no such simulation: another account's is none. */
export async function findSimulation(
  { kysely }: Pick<Database, 'kysely'>,
  of: SimulationOf,
): Promise<WholeSimulationRow | null> {
  if (!isUuid(of.id)) return null
  const row = await selectSimulations({ kysely }, of.account)
    .select('request')
    .where('id', '=', of.id as SimulationId)
    .executeTakeFirst()
  return row ?? null
}

/** The account's simulations, newest first. An unusable cursor throws RangeError. */
export async function listSimulations(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<SimulationRow>> {
  let query = selectSimulations({ kysely }, account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as SimulationId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** Those that are done, in the order of scenarios. */
export async function listRuns({ kysely }: Database, id: SimulationId): Promise<SimulationRun[]> {
  const rows = await kysely
    .selectFrom('simulation_runs')
    .select('report')
    .where('simulation_id', '=', id)
    .orderBy('scenario')
    .orderBy('n')
    .execute()
  return rows.map(({ report }) => report)
}

/** False where it is over already. The worker that plays it notices within seconds. */
export async function cancelSimulation(trx: Transaction, id: SimulationId): Promise<boolean> {
  const changed = await trx
    .updateTable('simulations')
    .set({ status: 'cancelled', ended_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Ends all that an account has waiting or running. */
export async function cancelSimulationsOf(trx: Transaction, account: AccountId): Promise<void> {
  await trx
    .updateTable('simulations')
    .set({ status: 'cancelled', ended_at: sql<Date>`now()`, error_message: 'The account was suspended' })
    .where('account_id', '=', account)
    .where('status', 'in', ['queued', 'running'])
    .execute()
}

/** With its runs. False where the account has no such simulation. */
export async function deleteSimulation(trx: Transaction, of: SimulationOf): Promise<boolean> {
  if (!isUuid(of.id)) return false
  const deleted = await trx
    .deleteFrom('simulations')
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as SimulationId)
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

function selectSimulations({ kysely }: Pick<Database, 'kysely'>, account: AccountId) {
  return kysely
    .selectFrom('simulations')
    .select(['id', 'account_id', 'name', 'agent_id', 'status', 'warnings', 'runs'])
    .select(['error_message', 'created_at', 'started_at', 'ended_at'])
    .select(totals.as('totals'))
    .where('account_id', '=', account)
}

const totals = sql<Totals>`(
  select jsonb_build_object(
    'done', count(*),
    'passed', count(*) filter (where result = 'passed'),
    'failed', count(*) filter (where result = 'failed'),
    'errors', count(*) filter (where result = 'error'),
    'score', round(avg(score)::numeric, 4),
    'first_token_ms', (
      select jsonb_build_object(
        'p50', percentile_disc(0.5) within group (order by ms),
        'p95', percentile_disc(0.95) within group (order by ms))
      from simulation_runs timed, unnest(timed.first_token_ms) ms where timed.simulation_id = simulations.id))
  from simulation_runs where simulation_runs.simulation_id = simulations.id)`

export function simulationObject(row: SimulationRow): SimulationObject {
  return {
    id: row.id,
    account_id: row.account_id,
    name: row.name,
    agent_id: row.agent_id,
    status: row.status,
    error_message: row.error_message,
    warnings: row.warnings,
    totals: { runs: row.runs, ...row.totals },
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
  }
}

export function simulationDetail(row: WholeSimulationRow, runs: SimulationRun[]): SimulationDetail {
  return { ...simulationObject(row), request: row.request, runs }
}
