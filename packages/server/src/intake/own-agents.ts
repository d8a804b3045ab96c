import { changeAgentSchema, createAgentSchema } from '@parley/contract/agents'
import { ApiError, type Fault } from '@parley/contract/errors'
import { readFields } from '@parley/contract/faults'
import { inboundAgentSchema } from '@parley/contract/phone-numbers'
import type { AccountId } from '../domain/ids.ts'
import { type AgentRow, changeAgent, findAgent, findAgentVersion, insertAgent } from '../store/agents.ts'
import type { Transaction } from '../store/database.ts'
import { checkOptions, type PlanDeps } from './plan-call.ts'

/** What customers do with their saved agents. An agent is checked when it is saved, and again by every call. */

export interface OwnAgentDeps extends PlanDeps {
  /** What else must be stored if and only if the agent is. */
  readonly alongside?: (trx: Transaction, row: AgentRow) => Promise<void>
}

interface AgentOf {
  readonly account: AccountId
  readonly id: string
}

/** Throws ApiError `invalid_request` with every fault. */
export async function createAgent(deps: OwnAgentDeps, account: AccountId, body: unknown): Promise<AgentRow> {
  await refuseFaults(deps, account, { body, faults: readFields(createAgentSchema, body).faults })
  const { name, options } = createAgentSchema.parse(body)
  return await deps.database.kysely.transaction().execute(async trx => {
    const row = await insertAgent(trx, { account, name, options })
    await deps.alongside?.(trx, row)
    return row
  })
}

/** Throws ApiError `invalid_request` with every fault, or `not_found`. */
export async function changeOwnAgent(deps: OwnAgentDeps, of: AgentOf, body: unknown): Promise<AgentRow> {
  await refuseFaults(deps, of.account, { body, faults: readFields(changeAgentSchema, body).faults })
  const change = changeAgentSchema.parse(body)
  return await deps.database.kysely.transaction().execute(async trx => {
    const row = (await changeAgent(trx, of, change)) ?? unknownAgent()
    await deps.alongside?.(trx, row)
    return row
  })
}

/** Makes an earlier version's options those of a new one. Throws ApiError `not_found`. */
export async function rollBackAgent(trx: Transaction, of: AgentOf, version: number): Promise<AgentRow> {
  const agent = await findAgent({ kysely: trx }, of)
  const earlier = agent && (await findAgentVersion({ kysely: trx }, agent.id, version))
  if (!earlier) throw new ApiError('not_found', { detail: 'No such agent, or no such version of it' })
  return (await changeAgent(trx, of, { options: earlier.options })) ?? unknownAgent()
}

/** The options of the saved agent that a call's request names, under those of the request itself. */
export async function withAgent(
  { database }: PlanDeps,
  account: AccountId,
  body: unknown,
): Promise<{ readonly body: unknown; readonly faults: readonly Fault[] }> {
  if (!isObject(body) || typeof body['agent_id'] !== 'string') return { body, faults: [] }
  // Told as one of too many.
  if (body['task'] !== undefined || body['instructions'] !== undefined) return { body, faults: [] }
  const { agent_id: id, ...own } = body
  const agent = await findAgent({ kysely: database.kysely }, { account, id })
  if (agent !== null) return { body: { ...agent.options, ...own }, faults: [] }
  const fault = { path: 'agent_id', message: 'The account has no such agent', code: 'unknown_agent' }
  return { body, faults: [fault] }
}

export function unknownAgent(): never {
  throw new ApiError('not_found', { detail: 'No such agent' })
}

async function refuseFaults(
  deps: PlanDeps,
  account: AccountId,
  { body, faults }: { body: unknown; faults: readonly Fault[] },
): Promise<void> {
  const errors = [...faults, ...(await faultsOfMeaning(deps, account, body))]
  if (errors.length > 0) throw new ApiError('invalid_request', { errors })
}

async function faultsOfMeaning(deps: PlanDeps, account: AccountId, body: unknown): Promise<Fault[]> {
  const options = isObject(body) ? body['options'] : undefined
  if (!isObject(options)) return []
  const checked = await checkOptions(deps, account, {
    schema: inboundAgentSchema,
    body: options,
    placeholders: 'later',
  })
  return checked.faultsOfMeaning.map(fault => ({ ...fault, path: `options.${fault.path}` }))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
