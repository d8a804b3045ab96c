import { ApiError } from '@parley/contract/errors'
import {
  type Delivery,
  deliveryDetailSchema,
  deliveryPageSchema,
  deliverySchema,
  listDeliveriesQuery,
} from '@parley/contract/webhooks'
import { z } from 'zod'
import {
  type DeliveryRow,
  findDelivery,
  insertTestDelivery,
  listDeliveries,
  redeliver,
} from '../../store/webhook-deliveries.ts'
import { findSubscription } from '../../store/webhook-subscriptions.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'
import { unknownWebhook } from './webhooks.ts'

const tags = ['Webhooks']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'webhooks:read' as const } }
const writing = { config: { access: 'webhooks:write' as const } }

export function webhookDeliveryRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  listOfSubscription(app, deps)
  sendingRoutes(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/webhooks/deliveries',
    {
      ...reading,
      schema: {
        tags,
        summary: 'Messages, newest first',
        description: 'Those of subscriptions, and those to the `webhook_url` of calls and campaigns.',
        querystring: listDeliveriesQuery,
        response: answers({ 200: deliveryPageSchema }),
      },
    },
    async request => {
      const page = await listDeliveries(database, holderIn(request).accountId, request.query).catch(
        refuseCursor,
      )
      return { ...page, data: page.data.map(deliveryObject) }
    },
  )
  app.get(
    '/v1/webhooks/deliveries/:id',
    {
      ...reading,
      schema: {
        tags,
        summary: 'A message with its body',
        params,
        response: answers({ 200: deliveryDetailSchema }),
      },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const row = (await findDelivery(database, of)) ?? unknownDelivery()
      return { ...deliveryObject(row), body: row.body }
    },
  )
}

function listOfSubscription(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      ...reading,
      schema: {
        tags,
        summary: 'Messages of one subscription, newest first',
        params,
        querystring: listDeliveriesQuery.omit({ webhook_id: true }),
        response: answers({ 200: deliveryPageSchema }),
      },
    },
    async request => {
      const account = holderIn(request).accountId
      const found = (await findSubscription(database, { account, id: request.params.id })) ?? unknownWebhook()
      const filter = { ...request.query, webhook_id: found.id }
      const page = await listDeliveries(database, account, filter).catch(refuseCursor)
      return { ...page, data: page.data.map(deliveryObject) }
    },
  )
}

function sendingRoutes(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/webhooks/:id/test',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Send a test message',
        description:
          'Sends `webhook.test`, signed like all others, also where the subscription is off. What the receiver said of it ' +
          'stands in `GET /v1/webhooks/deliveries/{id}`.',
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 202: deliverySchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const answer = await act<Delivery>(deps, { request, reply }, async trx => {
        const subscription = (await findSubscription({ kysely: trx }, of)) ?? unknownWebhook()
        return deliveryObject(await insertTestDelivery(trx, subscription))
      })
      reply.code(202).header('location', `/v1/webhooks/deliveries/${answer.id}`)
      return answer
    },
  )
  app.post(
    '/v1/webhooks/deliveries/:id/redeliver',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Send a message again',
        description:
          'With the `webhook-id` and the bytes that it had. One that is still being tried is refused.',
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 202: deliverySchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const answer = await act<Delivery>(deps, { request, reply }, async trx => {
        const found = (await findDelivery({ kysely: trx }, of)) ?? unknownDelivery()
        if (found.event_id !== null && found.subscription_id === null) {
          const detail = 'The subscription that the message belonged to is deleted, and its secret with it'
          throw new ApiError('conflict', { detail, current_status: 'unsubscribed' })
        }
        const row = await redeliver(trx, of)
        if (row !== null) return deliveryObject(row)
        throw new ApiError('conflict', {
          detail: 'The message is still being tried',
          current_status: 'pending',
        })
      })
      reply.code(202)
      return answer
    },
  )
}

function unknownDelivery(): never {
  throw new ApiError('not_found', { detail: 'No such message' })
}

function deliveryObject(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhook_id: row.subscription_id,
    call_id: row.call_id,
    event: row.event,
    event_id: row.event_id ?? row.id,
    url: row.url,
    status: row.status,
    tries: row.tries,
    next_try_at: row.status === 'pending' ? row.next_try_at.toISOString() : null,
    delivered_at: row.delivered_at?.toISOString() ?? null,
    last_http_status: row.last_http_status,
    last_error: row.last_error,
    created_at: row.created_at.toISOString(),
  }
}
