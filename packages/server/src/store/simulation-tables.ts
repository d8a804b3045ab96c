import type { Warning } from '@parley/contract/place-call'
import type { SimulationRun, SimulationStatus } from '@parley/contract/simulations'
import type { Generated, JSONColumnType } from 'kysely'
import type { AccountId, AgentId, SimulationId } from '../domain/ids.ts'
import type { SimulationSetup } from '../domain/simulation.ts'

/** The tables of `migrations/0038-simulations.sql`. */

export interface SimulationsTable {
  id: SimulationId
  account_id: AccountId
  name: string | null
  agent_id: AgentId | null
  status: Generated<SimulationStatus>
  request: JSONColumnType<Record<string, unknown>>
  setup: JSONColumnType<SimulationSetup>
  warnings: JSONColumnType<Warning[]>
  runs: number
  takes: Generated<number>
  error_message: string | null
  created_at: Generated<Date>
  started_at: Date | null
  touched_at: Generated<Date>
  ended_at: Date | null
}

export interface SimulationRunsTable {
  simulation_id: SimulationId
  scenario: number
  n: number
  result: SimulationRun['result']
  score: number | null
  first_token_ms: number[]
  report: JSONColumnType<SimulationRun>
}
