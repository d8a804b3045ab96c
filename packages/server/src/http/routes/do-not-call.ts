import {
  type AddedDoNotCall,
  addDoNotCallSchema,
  addedDoNotCallSchema,
  type DoNotCall,
  doNotCallPageSchema,
  listDoNotCallQuery,
} from '@parley/contract/do-not-call'
import { ApiError } from '@parley/contract/errors'
import { z } from 'zod'
import { isUuid } from '../../domain/is-uuid.ts'
import { type Listed, listNumber } from '../../intake/do-not-call.ts'
import { deleteListing, type DoNotCallRow, listListings } from '../../store/do-not-call.ts'
import { act, actWith } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['Do-not-call']
const params = z.object({ id: z.string().meta({ description: 'Id of the entry, or its phone number' }) })
const reading = { config: { access: 'leads:read' as const } }
const writing = { config: { access: 'leads:write' as const } }

export function doNotCallRoutes(app: Api, deps: HttpDeps): void {
  readingRoute(app, deps)
  addingRoute(app, deps)
  removingRoute(app, deps)
}

function readingRoute(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/do-not-call',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List numbers that are never called, newest first',
        querystring: listDoNotCallQuery,
        response: answers({ 200: doNotCallPageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const page = await listListings(database, accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(doNotCallObject) }
    },
  )
}

function addingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/do-not-call',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Never call a number again',
        description:
          'Calls to it that wait are cancelled, and new ones are refused with `do_not_call`. 200 where the number was listed already.',
        body: addDoNotCallSchema,
        response: answers({ 200: addedDoNotCallSchema, 201: addedDoNotCallSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const { body } = request
      const audit = ({ id }: AddedDoNotCall) =>
        ({ action: 'do_not_call.added', target: ['do_not_call', id] }) as const
      const answer = await actWith<AddedDoNotCall>(deps, { request, reply, audit }, async alongside => {
        const { phone_number: number, reason } = body
        const given = { account, number, reason, source: 'api', callId: null } as const
        const listed = await listNumber(deps.database, given, (trx, done) =>
          alongside(trx, addedObject(done)),
        )
        return addedObject(listed)
      })
      reply.code(answer.existed ? 200 : 201)
      return answer
    },
  )
}

function removingRoute(app: Api, deps: HttpDeps): void {
  app.delete(
    '/v1/do-not-call/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Allow calls to a number again',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      // Asked for by its number, which the log does not keep.
      const target = ['do_not_call', isUuid(of.id) ? of.id : null] as const
      const audit = () => ({ action: 'do_not_call.removed', target })
      await act(deps, { request, reply, audit }, async trx => {
        if (await deleteListing({ kysely: trx }, { ...of, sealing: deps.sealing })) return {}
        throw new ApiError('not_found', { detail: 'The number is not on the list' })
      })
      return await reply.code(204).send()
    },
  )
}

function addedObject({ row, existed, cancelledCalls }: Listed): AddedDoNotCall {
  return { ...doNotCallObject(row), existed, cancelled_calls: cancelledCalls }
}

function doNotCallObject(row: DoNotCallRow): DoNotCall {
  return {
    id: row.id,
    phone_number: row.phone_number,
    reason: row.reason,
    source: row.source,
    call_id: row.call_id,
    created_at: row.created_at.toISOString(),
  }
}
