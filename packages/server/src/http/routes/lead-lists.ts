import {
  changeLeadListSchema,
  createLeadListSchema,
  type LeadListObject,
  leadListPageSchema,
  leadListSchema,
} from '@parley/contract/lead-lists'
import { ApiError } from '@parley/contract/errors'
import { pageQuery } from '@parley/contract/page'
import { z } from 'zod'
import {
  changeLeadList,
  deleteLeadList,
  findLeadList,
  insertLeadList,
  type LeadListRow,
  listLeadLists,
} from '../../store/lead-lists.ts'
import { act, type Audited } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['Leads']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'leads:read' as const } }
const writing = { config: { access: 'leads:write' as const } }

export function leadListRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  creatingRoute(app, deps)
  changingRoutes(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/lead-lists',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List lists of leads, newest first',
        querystring: pageQuery,
        response: answers({ 200: leadListPageSchema }),
      },
    },
    async request => {
      const account = holderIn(request).accountId
      const page = await listLeadLists(database, account, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(listObject) }
    },
  )
  app.get(
    '/v1/lead-lists/:id',
    {
      ...reading,
      schema: { tags, summary: 'A list of leads', params, response: answers({ 200: leadListSchema }) },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return listObject((await findLeadList(database, of)) ?? unknownList())
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/lead-lists',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Begin a list of leads',
        body: createLeadListSchema,
        response: answers({ 201: leadListSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const asked = { request, reply, audit: audit('created') }
      const answer = await act<LeadListObject>(deps, asked, async trx =>
        listObject(await insertLeadList(trx, { account, ...request.body })),
      )
      reply.code(201).header('location', `/v1/lead-lists/${answer.id}`)
      return answer
    },
  )
}

function changingRoutes(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/lead-lists/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Change a list of leads',
        params,
        body: changeLeadListSchema,
        response: answers({ 200: leadListSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return await act<LeadListObject>(deps, { request, reply, audit: audit('changed') }, async trx =>
        listObject((await changeLeadList({ kysely: trx }, of, request.body)) ?? unknownList()),
      )
    },
  )
  app.delete(
    '/v1/lead-lists/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Delete a list; its leads stay',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const told = () => audit('deleted')(of)
      await act(deps, { request, reply, audit: told }, async trx => {
        if (!(await deleteLeadList({ kysely: trx }, of))) unknownList()
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

function audit(what: 'created' | 'changed' | 'deleted') {
  return ({ id }: { id: string }): Audited => ({ action: `lead_list.${what}`, target: ['lead_list', id] })
}

function unknownList(): never {
  throw new ApiError('not_found', { detail: 'No such list' })
}

function listObject({ account_id: _account, created_at, updated_at, ...list }: LeadListRow): LeadListObject {
  return { ...list, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
}
