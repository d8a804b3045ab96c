import { pageQuery } from '@parley/contract/page'
import {
  type CreatedSimulation,
  createdSimulationSchema,
  createSimulationSchema,
  simulationDetailSchema,
  type SimulationObject,
  simulationPageSchema,
  simulationSchema,
} from '@parley/contract/simulations'
import { z } from 'zod'
import {
  cancelOwnSimulation,
  checkSimulation,
  createSimulation,
  deleteOwnSimulation,
  unknownSimulation,
} from '../../intake/own-simulations.ts'
import {
  findSimulation,
  listRuns,
  listSimulations,
  simulationDetail,
  simulationObject,
} from '../../store/simulations.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { demandScope, holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Simulations']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'agents:read' as const } }
const writing = { config: { access: 'agents:write' as const } }

export function simulationRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  creatingRoute(app, deps)
  cancellingRoute(app, deps)
  deletingRoute(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/simulations',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List simulations, newest first',
        querystring: pageQuery,
        response: answers({ 200: simulationPageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const page = await listSimulations(database, accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(simulationObject) }
    },
  )
  app.get(
    '/v1/simulations/:id',
    {
      ...reading,
      schema: {
        tags,
        summary: 'A simulation with its runs: what was said, used, checked, and how fast',
        params,
        response: answers({ 200: simulationDetailSchema }),
      },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const row = (await findSimulation(database, of)) ?? unknownSimulation()
      return simulationDetail(row, await listRuns(database, row.id))
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/simulations',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Try an agent out in text, against callees that are played',
        description:
          'Nobody is dialled. Built-in tools change nothing, and tools of `tools` answer what `tool_results` says. An account may have 10 simulations that wait or run.',
        body: createSimulationSchema,
        response: answers({ 201: createdSimulationSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const checked = await checkSimulation(deps, account, request.body)
      // Such a tool may be sent secrets that only calls may use.
      if (checked.setup.callTools) demandScope(request, 'calls:write')
      const { name, warnings } = checked
      const audit = ({ id }: CreatedSimulation) => audited('created', id, { name })
      const answer = await act<CreatedSimulation>(deps, { request, reply, audit }, async trx => {
        const id = await createSimulation(trx, deps.jobs, checked)
        return { id, status: 'queued', ...(warnings.length === 0 ? {} : { warnings: [...warnings] }) }
      })
      reply.code(201).header('location', `/v1/simulations/${answer.id}`)
      return answer
    },
  )
}

function cancellingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/simulations/:id/cancel',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Stop a simulation; runs that are done stay',
        description: 'Answers 409 with the state where it is over.',
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: simulationSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const audit = ({ id }: SimulationObject) => audited('cancelled', id)
      return await act<SimulationObject>(deps, { request, reply, audit }, async trx => {
        await cancelOwnSimulation(trx, of)
        return simulationObject((await findSimulation({ kysely: trx }, of)) ?? unknownSimulation())
      })
    },
  )
}

function deletingRoute(app: Api, deps: HttpDeps): void {
  app.delete(
    '/v1/simulations/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Delete a simulation with all that was said in it; one that runs is stopped',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      await act(deps, { request, reply, audit: () => audited('deleted', of.id) }, async trx => {
        await deleteOwnSimulation(trx, of)
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

function audited(what: string, id: string, details: Record<string, unknown> = {}) {
  return { action: `simulation.${what}`, target: ['simulation', id] as const, details }
}
