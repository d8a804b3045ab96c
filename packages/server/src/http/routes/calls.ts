import { callPageSchema, callSchema, listCallsQuery } from '@parley/contract/call'
import { ApiError } from '@parley/contract/errors'
import {
  cancelledCallSchema,
  type PlacedCall,
  placeCallSchema,
  placedCallSchema,
  stopCallSchema,
  stoppedCallSchema,
} from '@parley/contract/place-call'
import { z } from 'zod'
import { placeCall, type PlacedCall as Placed } from '../../intake/place-call.ts'
import { cancelCall, stopCall } from '../../intake/stop-call.ts'
import { readCallObject, recordingUrl, toCallSummary } from '../../store/call-object.ts'
import { findCall } from '../../store/calls.ts'
import { listCalls } from '../../store/list-calls.ts'
import { actWith } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { answerOnce } from '../idempotency.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Calls']
export const callParams = z.object({ id: z.string() })

export function callRoutes(app: Api, deps: HttpDeps): void {
  placingRoutes(app, deps)
  readingRoutes(app, deps)
  endingRoutes(app, deps)
}

function placingRoutes(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/calls',
    {
      config: { access: 'calls:write', closedWhileDraining: true },
      schema: {
        tags,
        summary: 'Place a call',
        body: placeCallSchema,
        response: answers({ 201: placedCallSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const body: unknown = request.body
      const once = { account, request, body }
      const { answer, replayed } = await answerOnce<PlacedCall>(deps.database, once, async keep => {
        const { call, warnings } = await placeCall(
          { ...deps, alongside: (trx, placed) => keep(trx, placedCall(placed)) },
          account,
          { body },
        )
        return placedCall({ call, warnings })
      })
      reply.code(201).header('location', `/v1/calls/${answer.call_id}`)
      if (replayed) reply.header('idempotent-replayed', 'true')
      return answer
    },
  )
}

function placedCall({ call, warnings }: Placed): PlacedCall {
  return {
    call_id: call.id,
    provider_call_id: call.provider_call_id,
    status: call.status === 'pending' ? 'pending' : 'queued',
    ...(call.dial_after === null ? {} : { scheduled_for: call.dial_after.toISOString() }),
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
  }
}

function readingRoutes(app: Api, { database, links }: HttpDeps): void {
  app.get(
    '/v1/calls',
    {
      config: { access: 'calls:read' },
      schema: {
        tags,
        summary: 'List calls, newest first',
        querystring: listCallsQuery,
        response: answers({ 200: callPageSchema }),
      },
    },
    async request => {
      const page = await listCalls(database, holderIn(request).accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(row => toCallSummary(row, recordingUrl(row, links))) }
    },
  )
  app.get(
    '/v1/calls/:id',
    {
      config: { access: 'calls:read' },
      schema: {
        tags,
        summary: 'A call with its transcript',
        params: callParams,
        response: answers({ 200: callSchema }),
      },
    },
    async request => {
      const row = await findCall(database, { account: holderIn(request).accountId, id: request.params.id })
      if (row === null) throw new ApiError('not_found', { detail: 'No such call' })
      return await readCallObject(database, row, links)
    },
  )
}

function endingRoutes(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/calls/:id/stop',
    {
      config: { access: 'calls:write' },
      schema: {
        tags,
        summary: 'End a call: one that waits is cancelled, a live one is hung up',
        params: callParams,
        body: stopCallSchema.nullish(),
        response: answers({ 200: stoppedCallSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const answer = { ok: true as const, status: 'cancelled' as const }
      return await actWith(deps, { request, reply }, async alongside => {
        const how = request.body?.farewell ? 'farewell' : 'now'
        await stopCall({ ...deps, alongside: trx => alongside(trx, answer) }, of, how)
        return answer
      })
    },
  )
  app.post(
    '/v1/calls/:id/cancel',
    {
      config: { access: 'calls:write' },
      schema: {
        tags,
        summary: 'Take a call back before it is dialled',
        params: callParams,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: cancelledCallSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const answer = { ok: true as const }
      return await actWith(deps, { request, reply }, async alongside => {
        await cancelCall({ ...deps, alongside: trx => alongside(trx, answer) }, of)
        return answer
      })
    },
  )
}
