import {
  bulkLeadsSchema,
  type BulkResult,
  bulkResultSchema,
  changeLeadSchema,
  type CreatedLead,
  createdLeadSchema,
  createLeadSchema,
  inListQuery,
  type LeadObject,
  leadPageSchema,
  leadSchema,
  listLeadsQuery,
} from '@parley/contract/leads'
import { z } from 'zod'
import {
  changeOwnLead,
  createLead,
  type CreatedLeadRow,
  createLeads,
  unknownLead,
} from '../../intake/own-leads.ts'
import { deleteLead, type EntryCounts, findLead, type LeadRow, listLeads } from '../../store/leads.ts'
import { act, actWith, type Audited } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Leads']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'leads:read' as const } }
const writing = { config: { access: 'leads:write' as const } }
/** 2,000 leads with long notes. */
const bulkLimitBytes = 32 * 1024 * 1024

export function leadRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  creatingRoute(app, deps)
  bulkRoute(app, deps)
  changingRoutes(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/leads',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List leads, newest first',
        querystring: listLeadsQuery,
        response: answers({ 200: leadPageSchema }),
      },
    },
    async request => {
      const page = await listLeads(database, holderIn(request).accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(leadObject) }
    },
  )
  app.get(
    '/v1/leads/:id',
    {
      ...reading,
      schema: {
        tags,
        summary: 'A lead',
        params,
        querystring: inListQuery,
        response: answers({ 200: leadSchema }),
      },
    },
    async request => {
      const account = holderIn(request).accountId
      const of = { account, id: request.params.id, list: request.query.list_id }
      return leadObject((await findLead(database, of)) ?? unknownLead())
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/leads',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Add a lead',
        description: 'One for each number: where the number has its lead, that one is answered, as it is.',
        body: createLeadSchema,
        response: answers({ 200: createdLeadSchema, 201: createdLeadSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const body: unknown = request.body
      const audit = ({ id, existed }: CreatedLead): Audited => ({
        action: 'lead.created',
        target: ['lead', id],
        details: { existed, ...listIn(body) },
      })
      const answer = await actWith<CreatedLead>(deps, { request, reply, audit }, async alongside =>
        createdObject(
          await createLead(
            { ...deps, alongside: (trx, made) => alongside(trx, createdObject(made)) },
            account,
            body,
          ),
        ),
      )
      reply.code(answer.existed ? 200 : 201).header('location', `/v1/leads/${answer.id}`)
      return answer
    },
  )
}

function bulkRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/leads/bulk',
    {
      ...writing,
      bodyLimit: bulkLimitBytes,
      schema: {
        tags,
        summary: 'Add many leads, all or none',
        body: bulkLeadsSchema,
        response: answers({ 200: bulkResultSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const body: unknown = request.body
      const begunAtMs = performance.now()
      const result = ({ total, ...counts }: EntryCounts & { total: number }) => ({
        success: true as const,
        ...counts,
        total_processed: total,
        duration_ms: Math.round(performance.now() - begunAtMs),
      })
      const audit = ({ inserted, updated, duplicates }: BulkResult): Audited => ({
        action: 'lead.bulk_created',
        target: ['lead', null],
        details: { inserted, updated, duplicates, ...listIn(body) },
      })
      return await actWith<BulkResult>(deps, { request, reply, audit }, async alongside =>
        result(
          await createLeads(
            { ...deps, alongside: (trx, made) => alongside(trx, result(made)) },
            account,
            body,
          ),
        ),
      )
    },
  )
}

function changingRoutes(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/leads/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Change a lead',
        params,
        querystring: inListQuery,
        body: changeLeadSchema,
        response: answers({ 200: leadSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const of = { account, id: request.params.id, list: request.query.list_id }
      const details = { fields: Object.keys(request.body).toSorted() }
      const audit = ({ id }: LeadObject): Audited => ({
        action: 'lead.changed',
        target: ['lead', id],
        details,
      })
      return await actWith<LeadObject>(deps, { request, reply, audit }, async alongside =>
        leadObject(
          await changeOwnLead(
            { ...deps, alongside: (trx, row) => alongside(trx, leadObject(row)) },
            of,
            request.body,
          ),
        ),
      )
    },
  )
  app.delete(
    '/v1/leads/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Delete a lead, or take it off a list',
        params,
        querystring: inListQuery,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const of = { account, id: request.params.id, list: request.query.list_id }
      const action = of.list === undefined ? 'lead.deleted' : 'lead.taken_off_list'
      const told: Audited = { action, target: ['lead', of.id], details: request.query }
      await act(deps, { request, reply, audit: () => told }, async trx => {
        if (!(await deleteLead({ kysely: trx }, of))) unknownLead()
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

/** For the audit log: which list the leads went on. Called where the body has been found to be right. */
function listIn(body: unknown): { list_id?: string } {
  const { list_id } = body as { list_id?: string }
  return list_id === undefined ? {} : { list_id }
}

function leadObject({ account_id: _account, created_at, updated_at, ...lead }: LeadRow): LeadObject {
  return { ...lead, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
}

function createdObject({ row, existed }: CreatedLeadRow): CreatedLead {
  return { ...leadObject(row), existed }
}
