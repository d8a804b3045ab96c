import {
  agentDiffQuery,
  agentDiffSchema,
  type AgentObject,
  agentPageSchema,
  agentSchema,
  agentVersionPageSchema,
  changeAgentSchema,
  createAgentSchema,
  rollbackAgentSchema,
} from '@parley/contract/agents'
import { ApiError } from '@parley/contract/errors'
import { pageQuery } from '@parley/contract/page'
import { z } from 'zod'
import { diff } from '../../domain/diff.ts'
import { changeOwnAgent, createAgent, rollBackAgent, unknownAgent } from '../../intake/own-agents.ts'
import {
  type AgentRow,
  type AgentVersionRow,
  deleteAgent,
  findAgent,
  findAgentVersion,
  listAgents,
  listAgentVersions,
} from '../../store/agents.ts'
import { act, actWith, type Audited } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Agents']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'agents:read' as const } }
const writing = { config: { access: 'agents:write' as const } }

export function agentRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  versionRoutes(app, deps)
  creatingRoute(app, deps)
  changingRoutes(app, deps)
  deletingRoute(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/agents',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List agents, newest first',
        querystring: pageQuery,
        response: answers({ 200: agentPageSchema }),
      },
    },
    async request => {
      const page = await listAgents(database, holderIn(request).accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(agentObject) }
    },
  )
  app.get(
    '/v1/agents/:id',
    { ...reading, schema: { tags, summary: 'An agent', params, response: answers({ 200: agentSchema }) } },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return agentObject((await findAgent(database, of)) ?? unknownAgent())
    },
  )
}

function versionRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/agents/:id/versions',
    {
      ...reading,
      schema: {
        tags,
        summary: "An agent's versions, newest first",
        params,
        querystring: pageQuery,
        response: answers({ 200: agentVersionPageSchema }),
      },
    },
    async request => {
      const { limit, cursor } = request.query
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const { id } = (await findAgent(database, of)) ?? unknownAgent()
      const before = cursor === undefined ? undefined : versionIn(cursor)
      const rows = await listAgentVersions(database, id, { limit: limit + 1, before })
      const data = rows.slice(0, limit)
      const has_more = rows.length > limit
      return {
        data: data.map(versionObject),
        has_more,
        next_cursor: has_more ? String(data.at(-1)?.version) : null,
      }
    },
  )
  app.get(
    '/v1/agents/:id/diff',
    {
      ...reading,
      schema: {
        tags,
        summary: 'What changed between two versions',
        params,
        querystring: agentDiffQuery,
        response: answers({ 200: agentDiffSchema }),
      },
    },
    async request => {
      const { from, to } = request.query
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const { id } = (await findAgent(database, of)) ?? unknownAgent()
      const [before, after] = await Promise.all(
        [from, to].map(version => findAgentVersion(database, id, version)),
      )
      if (!before || !after) throw new ApiError('not_found', { detail: 'No such version of the agent' })
      return { from, to, changes: [...diff(before.options, after.options)] }
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/agents',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Save an agent',
        description: 'Calls take it by `agent_id`, numbers are answered by it as `inbound_agent_id`.',
        body: createAgentSchema,
        response: answers({ 201: agentSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const body: unknown = request.body
      const asked = { request, reply, audit: audit('created') }
      const answer = await actWith<AgentObject>(deps, asked, async alongside =>
        agentObject(
          await createAgent(
            { ...deps, alongside: (trx, row) => alongside(trx, agentObject(row)) },
            account,
            body,
          ),
        ),
      )
      reply.code(201).header('location', `/v1/agents/${answer.id}`)
      return answer
    },
  )
}

function changingRoutes(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/agents/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Change an agent',
        description: 'New options are a new version, which calls get from now on.',
        params,
        body: changeAgentSchema,
        response: answers({ 200: agentSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: String(request.params.id) }
      return await actWith<AgentObject>(deps, { request, reply, audit: audit('changed') }, async alongside =>
        agentObject(
          await changeOwnAgent(
            { ...deps, alongside: (trx, row) => alongside(trx, agentObject(row)) },
            of,
            request.body,
          ),
        ),
      )
    },
  )
  app.post(
    '/v1/agents/:id/rollback',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Go back to an earlier version',
        params,
        body: rollbackAgentSchema,
        response: answers({ 200: agentSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return await act<AgentObject>(deps, { request, reply, audit: audit('rolled_back') }, async trx =>
        agentObject(await rollBackAgent(trx, of, request.body.version)),
      )
    },
  )
}

function deletingRoute(app: Api, deps: HttpDeps): void {
  app.delete(
    '/v1/agents/:id',
    {
      ...writing,
      schema: { tags, summary: 'Delete an agent', params, response: { ...answers({}), 204: z.undefined() } },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const told = () => ({ action: 'agent.deleted', target: ['agent', of.id] }) as const
      await act(deps, { request, reply, audit: told }, async trx => {
        const result = await deleteAgent(trx, of)
        if (result === 'unknown') unknownAgent()
        if (result === 'in_use') {
          const detail = 'The agent answers a number; give that number to another one first'
          throw new ApiError('conflict', { detail, current_status: 'in_use' })
        }
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

const audit =
  (what: string) =>
  ({ id, version }: AgentObject): Audited => ({
    action: `agent.${what}`,
    target: ['agent', id],
    details: { version },
  })

/** The cursor of a list of versions is the last one shown. */
function versionIn(cursor: string): number {
  const version = Number(cursor)
  return Number.isInteger(version) && version > 0
    ? version
    : refuseCursor(new RangeError('not a cursor of this list'))
}

function agentObject({ created_at, updated_at, ...agent }: AgentRow): AgentObject {
  return { ...agent, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
}

function versionObject({ version, options, created_at }: AgentVersionRow) {
  return { version, options, created_at: created_at.toISOString() }
}
