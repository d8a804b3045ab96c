import { ApiError, type Fault } from '@parley/contract/errors'
import { readFields } from '@parley/contract/faults'
import {
  addPhoneNumberSchema,
  changePhoneNumberSchema,
  type InboundAgent,
  inboundAgentSchema,
} from '@parley/contract/phone-numbers'
import type { AccountId, AgentId, CarrierId } from '../domain/ids.ts'
import { findAgent } from '../store/agents.ts'
import { findCarrier } from '../store/carriers.ts'
import type { Transaction } from '../store/database.ts'
import { changeNumber, insertNumber, type PhoneNumberRow } from '../store/phone-numbers.ts'
import { checkOptions, languagesFor, type PlanDeps } from './plan-call.ts'

export interface OwnNumberDeps extends PlanDeps {
  /** What else must be stored if and only if the number is. */
  readonly alongside?: (trx: Transaction, row: PhoneNumberRow) => Promise<void>
}

/** Adds a number to the account. Throws ApiError `invalid_request` with every fault, or `conflict`. */
export async function addOwnNumber(
  deps: OwnNumberDeps,
  account: AccountId,
  body: unknown,
): Promise<PhoneNumberRow> {
  const { fields, faults } = readFields(addPhoneNumberSchema, body)
  await refuseFaults(deps, account, { body, carrier: fields.voip_carrier_sid, faults })
  const { number, label, voip_carrier_sid, inbound_agent, inbound_agent_id } =
    addPhoneNumberSchema.parse(body)
  return await deps.database.kysely.transaction().execute(async trx => {
    const settings = {
      label,
      carrierId: carrierId(voip_carrier_sid),
      inboundAgent: inbound_agent,
      inboundAgentId: agentId(inbound_agent_id),
    }
    const row = await insertNumber(trx, { account, number, settings })
    if (row === null)
      throw new ApiError('conflict', {
        detail: 'The account has this number already',
        current_status: 'active',
      })
    await deps.alongside?.(trx, row)
    return row
  })
}

/** Changes what the body gives. Throws ApiError `invalid_request` with every fault, or `not_found`. */
export async function changeOwnNumber(
  deps: OwnNumberDeps,
  of: { account: AccountId; id: string },
  body: unknown,
): Promise<PhoneNumberRow> {
  const { fields, faults } = readFields(changePhoneNumberSchema, body)
  await refuseFaults(deps, of.account, { body, carrier: fields.voip_carrier_sid, faults })
  const { label, voip_carrier_sid, inbound_agent, inbound_agent_id } = changePhoneNumberSchema.parse(body)
  const change = {
    ...(label === undefined ? {} : { label }),
    ...(voip_carrier_sid === undefined ? {} : { carrierId: carrierId(voip_carrier_sid) }),
    // A number has one agent: who names one kind takes the other away.
    ...(inbound_agent ? { inboundAgentId: null } : {}),
    ...(inbound_agent_id ? { inboundAgent: null } : {}),
    ...(inbound_agent === undefined ? {} : { inboundAgent: inbound_agent }),
    ...(inbound_agent_id === undefined ? {} : { inboundAgentId: agentId(inbound_agent_id) }),
  }
  return await deps.database.kysely.transaction().execute(async trx => {
    const row = await changeNumber({ kysely: trx }, { ...of, change })
    if (row === null) throw new ApiError('not_found', { detail: 'No such number' })
    await deps.alongside?.(trx, row)
    return row
  })
}

const carrierId = (id: string | null) => id as CarrierId | null
const agentId = (id: string | null) => id as AgentId | null

async function refuseFaults(
  deps: PlanDeps,
  account: AccountId,
  given: { body: unknown; carrier: string | null | undefined; faults: readonly Fault[] },
): Promise<void> {
  const errors = [
    ...given.faults,
    ...(await carrierFaults(deps, account, given.carrier)),
    ...(await agentFaults(deps, account, given.body)),
    ...(await savedAgentFaults(deps, account, given.body)),
  ]
  if (errors.length > 0) throw new ApiError('invalid_request', { errors })
}

async function carrierFaults(
  { database }: PlanDeps,
  account: AccountId,
  id: string | null | undefined,
): Promise<Fault[]> {
  if (id === undefined || id === null || (await findCarrier(database, { account, id })) !== null) return []
  return [{ path: 'voip_carrier_sid', message: 'The account has no such carrier', code: 'unknown_carrier' }]
}

/** What the schema of the whole body cannot say of the agent; its own faults are among that body's already. */
async function agentFaults(deps: PlanDeps, account: AccountId, body: unknown): Promise<Fault[]> {
  const agent = isObject(body) ? body['inbound_agent'] : undefined
  if (!isObject(agent)) return []
  const { faultsOfMeaning } = await checkOptions(deps, account, { schema: inboundAgentSchema, body: agent })
  const read = inboundAgentSchema.safeParse(agent)
  return [...faultsOfMeaning, ...(read.success ? languageFaults(deps, read.data) : [])].map(fault => ({
    ...fault,
    path: `inbound_agent.${fault.path}`,
  }))
}

/** A saved agent answers only if its options stand without the data of a request. */
async function savedAgentFaults(deps: PlanDeps, account: AccountId, body: unknown): Promise<Fault[]> {
  const path = 'inbound_agent_id'
  const id = isObject(body) ? body[path] : undefined
  if (typeof id !== 'string') return []
  if (isObject(body) && isObject(body['inbound_agent']))
    return [{ path, message: 'A number has one agent: give one of the two', code: 'mutually_exclusive' }]
  const agent = await findAgent(deps.database, { account, id })
  if (agent === null) return [{ path, message: 'The account has no such agent', code: 'unknown_agent' }]
  const checked = await checkOptions(deps, account, { schema: inboundAgentSchema, body: agent.options })
  return [...checked.faults, ...checked.faultsOfMeaning].map(({ message, code, path: at }) => ({
    path,
    message: `${at} of the agent: ${message}`,
    code,
  }))
}

function languageFaults({ catalogue }: PlanDeps, agent: InboundAgent): readonly Fault[] {
  try {
    languagesFor(agent, catalogue())
    return []
  } catch (error) {
    if (error instanceof ApiError) return error.more.errors ?? []
    throw error
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
