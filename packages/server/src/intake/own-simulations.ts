import { ApiError, type Fault } from '@parley/contract/errors'
import { readFields } from '@parley/contract/faults'
import type { InboundAgent } from '@parley/contract/phone-numbers'
import type { Warning } from '@parley/contract/place-call'
import {
  type CreateSimulation,
  createSimulationSchema,
  type ScenarioOption,
} from '@parley/contract/simulations'
import type { Catalogue } from '../domain/catalogue.ts'
import type { AccountId, SimulationId } from '../domain/ids.ts'
import type { Scenario, SimulationSetup } from '../domain/simulation.ts'
import type { Transaction } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import {
  cancelSimulation,
  deleteSimulation,
  findSimulation,
  insertSimulation,
  lockRoom,
  type NewSimulation,
  type SimulationOf,
} from '../store/simulations.ts'
import { withAgent } from './own-agents.ts'
import { checkOptions, languagesFor, type PlanDeps, planOf } from './plan-call.ts'

/** What customers do with simulations. What is played is fixed when one is asked for, like the plan of a call. */

/** Of one account, waiting or running. */
const mostUnderWay = 10
const retryAfterSeconds = 30
const defaultTurns = 20
/** Stands in the place of a number: nobody is dialled. */
const nobody = 'simulation'

/** Throws ApiError `invalid_request` with every fault, or what a valid request still can not have. */
export async function checkSimulation(
  deps: PlanDeps,
  account: AccountId,
  given: unknown,
): Promise<NewSimulation> {
  const { body, faults } = await withAgent(deps, account, given)
  const checked = await checkOptions(deps, account, { schema: createSimulationSchema, body })
  const catalogue = deps.catalogue()
  const errors = [
    ...faults,
    ...checked.faults,
    ...checked.faultsOfMeaning,
    ...faultsOfScenarios(readFields(createSimulationSchema, body).fields, catalogue),
  ]
  const { speech, demandedDisclosure } = checked
  if (errors.length > 0 || speech === null) throw new ApiError('invalid_request', { errors })
  const request = createSimulationSchema.parse(body)
  const languages = languagesFor(request, catalogue)
  const party = { to: nobody, from: null, ...(request.direction === 'inbound' ? inbound : {}) }
  const plan = planOf({ request, speech, account, ...languages, demandedDisclosure, ...party })
  return {
    account,
    name: request.name ?? null,
    agent: agentIn(given),
    request: given,
    setup: setupOf(request, plan),
    warnings: warningsFor(request, catalogue),
  }
}

const inbound = { direction: 'inbound' } as const

function agentIn(given: unknown): string | null {
  const { agent_id: id = null } = readFields(createSimulationSchema, given).fields
  return id
}

function setupOf(request: CreateSimulation, plan: SimulationSetup['plan']): SimulationSetup {
  const { scenarios, runs_each: runsEach, tool_results: toolResults, call_tools: callTools } = request
  return { plan, scenarios: scenarios.map(scenarioOf), runsEach, toolResults, callTools }
}

function scenarioOf({ name, persona, lines, max_turns: turns, expect = {} }: ScenarioOption): Scenario {
  return {
    name,
    maxTurns: turns ?? lines?.length ?? defaultTurns,
    callee: lines === undefined ? { persona: persona ?? '' } : { lines },
    expect: expectationOf(expect),
  }
}

function expectationOf(expect: NonNullable<ScenarioOption['expect']>): Scenario['expect'] {
  return {
    says: expect.says ?? [],
    neverSays: expect.never_says ?? [],
    tools: expect.tools ?? [],
    neverTools: expect.never_tools ?? [],
    ends: expect.ends ?? null,
    disposition: expect.disposition ?? null,
    successCriteria: expect.success_criteria ?? null,
  }
}

/** What no schema can say. */
function faultsOfScenarios(fields: Partial<CreateSimulation>, catalogue: Catalogue): Fault[] {
  const { scenarios = [], analysis, tool_results: results = {}, tools = [] } = fields
  const dispositions = analysis?.dispositions ?? []
  const names = tools.flatMap(tool => ('name' in tool ? [tool.name] : []))
  const unknown = Object.keys(results).filter(name => !names.includes(name))
  return [
    ...unknown.map(name => ({
      path: `tool_results.${name}`,
      message: `There is no function of this name in tools`,
      code: 'unknown_tool',
    })),
    ...scenarios.flatMap(({ persona, expect }, index) => [
      ...(persona === undefined || hasModel(catalogue) ? [] : [unplayable(`scenarios[${index}].persona`)]),
      ...(expect?.disposition === undefined || dispositions.includes(expect.disposition)
        ? []
        : [unlisted(`scenarios[${index}].expect.disposition`)]),
    ]),
  ]
}

function unplayable(path: string): Fault {
  const message = 'No language model is configured that could play a persona: give `lines`'
  return { path, message, code: 'no_language_model' }
}

function unlisted(path: string): Fault {
  return { path, message: 'Must be one of `analysis.dispositions`', code: 'unknown_disposition' }
}

/** Patterns play nobody. */
function hasModel({ models }: Catalogue): boolean {
  return models.some(({ mode, provider }) => mode === 'legacy' && provider !== 'local')
}

function warningsFor(request: CreateSimulation, { models }: Catalogue): Warning[] {
  return [
    ...(request.mode === 'realtime' ? [realtimeWarning(models)] : []),
    ...toolWarnings(request.tools ?? [], request),
  ]
}

function realtimeWarning(models: Catalogue['models']): Warning {
  const text = models.find(({ mode, default: isDefault }) => mode === 'legacy' && isDefault)
  const message = `A realtime model talks only by voice: the text model ${text?.id ?? 'of the platform'} speaks in its place`
  return { path: 'mode', message }
}

function toolWarnings(
  tools: NonNullable<InboundAgent['tools']>,
  { tool_results: results, call_tools: isCalled }: CreateSimulation,
): Warning[] {
  if (isCalled) return []
  return tools.flatMap((tool, index) => {
    const path = `tools[${index}]`
    if (!('name' in tool))
      return [{ path, message: 'The tools of an MCP server are left out without `call_tools`' }]
    if (Object.hasOwn(results, tool.name)) return []
    return [{ path, message: `${tool.name} has no answer in tool_results: the agent can not use it` }]
  })
}

/** Stores it with its job. Throws ApiError `account_suspended` or `concurrency_cap_reached`. */
export async function createSimulation(
  trx: Transaction,
  jobs: Pick<Jobs, 'send'>,
  given: NewSimulation,
): Promise<SimulationId> {
  const { underWay, suspended } = await lockRoom(trx, given.account)
  if (suspended) throw new ApiError('account_suspended', { detail: 'The account is suspended' })
  if (underWay >= mostUnderWay)
    throw new ApiError('concurrency_cap_reached', {
      detail: `The account has ${mostUnderWay} simulations that wait or run, and may have no more`,
      retryAfterSeconds,
    })
  const id = await insertSimulation(trx, given)
  await jobs.send('simulate', { simulationId: id }, { transaction: trx })
  return id
}

/** Throws ApiError `not_found`, or `conflict` where it is over. */
export async function cancelOwnSimulation(trx: Transaction, of: SimulationOf): Promise<void> {
  const { id, status } = (await findSimulation({ kysely: trx }, of)) ?? unknownSimulation()
  if (!(await cancelSimulation(trx, id)))
    throw new ApiError('conflict', { detail: `The simulation is ${status}`, current_status: status })
}

/** Wherever it stands; one that runs is stopped. Throws ApiError `not_found`. */
export async function deleteOwnSimulation(trx: Transaction, of: SimulationOf): Promise<void> {
  if (!(await deleteSimulation(trx, of))) unknownSimulation()
}

export function unknownSimulation(): never {
  throw new ApiError('not_found', { detail: 'No such simulation' })
}
