import { ApiError } from '@parley/contract/errors'
import { pageQuery } from '@parley/contract/page'
import {
  changeWebhookSchema,
  type CreatedWebhook,
  createdWebhookSchema,
  createWebhookSchema,
  type RotatedSecret,
  rotatedSecretSchema,
  unknownFilterFields,
  type Webhook,
  webhookPageSchema,
  webhookSchema,
} from '@parley/contract/webhooks'
import { z } from 'zod'
import { readCallingAccount } from '../../store/accounts.ts'
import {
  changeSubscription,
  countSubscriptions,
  deleteSubscription,
  findSubscription,
  insertSubscription,
  listSubscriptions,
  newWebhookSecret,
  rotateAccountSecret,
  rotateSubscriptionSecret,
  type SubscriptionRow,
} from '../../store/webhook-subscriptions.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['Webhooks']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'webhooks:read' as const } }
const writing = { config: { access: 'webhooks:write' as const } }
/** Subscriptions of an account, unless its settings say otherwise. */
const defaultMost = 100

export function webhookRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  creatingRoute(app, deps)
  changingRoutes(app, deps)
  secretRoutes(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/webhooks',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List subscriptions, newest first',
        querystring: pageQuery,
        response: answers({ 200: webhookPageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const page = await listSubscriptions(database, accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(webhookObject) }
    },
  )
  app.get(
    '/v1/webhooks/:id',
    {
      ...reading,
      schema: { tags, summary: 'A subscription', params, response: answers({ 200: webhookSchema }) },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return webhookObject((await findSubscription(database, of)) ?? unknownWebhook())
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/webhooks',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Subscribe to an event',
        description:
          'Every event that passes the filters is sent to the URL, at least once, signed as Standard Webhooks say with ' +
          'the secret that this answer shows. Failed messages are tried again after 1, 5, 15 and 60 minutes, then kept ' +
          'for redelivery; an answer of 410 turns the subscription off.',
        body: createWebhookSchema,
        response: answers({ 201: createdWebhookSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      refuseUrl(deps, request.body.url)
      const { settings } = await readCallingAccount(deps.database, account)
      const most = settings.maxWebhooks ?? defaultMost
      const asked = {
        request,
        reply,
        isSecret: true,
        audit: ({ id, event }: CreatedWebhook) =>
          ({ action: 'webhook.created', target: ['webhook', id], details: { event } }) as const,
      }
      const answer = await act<CreatedWebhook>(deps, asked, async trx => {
        if ((await countSubscriptions(trx, account)) >= most) {
          const detail = `The account has all of its ${most} subscriptions`
          throw new ApiError('conflict', { detail, current_status: 'limit_reached' })
        }
        const secret = newWebhookSecret()
        const sealedSecret = deps.sealing.seal(secret)
        const row = await insertSubscription(trx, { account, wanted: request.body, sealedSecret })
        return { ...webhookObject(row), secret }
      })
      reply.code(201).header('location', `/v1/webhooks/${answer.id}`).header('cache-control', 'no-store')
      return answer
    },
  )
}

function changingRoutes(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/webhooks/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Change a subscription, or turn it off or on',
        params,
        body: changeWebhookSchema,
        response: answers({ 200: webhookSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      refuseUrl(deps, request.body.url)
      const audit = ({ id }: Webhook) =>
        ({
          action: 'webhook.changed',
          target: ['webhook', id],
          details: { changed: Object.keys(request.body) },
        }) as const
      return await act<Webhook>(deps, { request, reply, audit }, async trx => {
        const row = (await changeSubscription(trx, of, request.body)) ?? unknownWebhook()
        refuseUnknownFields(row)
        return webhookObject(row)
      })
    },
  )
  app.delete(
    '/v1/webhooks/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Unsubscribe',
        description: 'Messages that wait are not sent any more.',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const audit = () => ({ action: 'webhook.deleted', target: ['webhook', of.id] }) as const
      await act(deps, { request, reply, audit }, async trx => {
        if (!(await deleteSubscription(trx, of))) unknownWebhook()
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

/** Nothing inside the operator's network is asked: said at once where the URL tells it by itself. */
function refuseUrl({ urlFault }: HttpDeps, url: string | undefined): void {
  const fault = url === undefined ? null : urlFault(url)
  if (fault === null) return
  const errors = [{ path: 'url', message: `Not allowed: ${fault}`, code: 'url_not_allowed' }]
  throw new ApiError('invalid_request', { errors })
}

function secretRoutes(app: Api, deps: HttpDeps): void {
  const description =
    'The secret before signs every message, too, for 24 hours: receivers may change over at any moment between.'
  app.post(
    '/v1/webhooks/:id/rotate-secret',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Change the secret that signs a subscription’s messages',
        description,
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: rotatedSecretSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const audit = () => ({ action: 'webhook.secret_rotated', target: ['webhook', of.id] }) as const
      reply.header('cache-control', 'no-store')
      return await act<RotatedSecret>(deps, { request, reply, audit, isSecret: true }, async trx => {
        const secret = newWebhookSecret()
        const until = await rotateSubscriptionSecret(trx, of, deps.sealing.seal(secret))
        return { secret, previous_valid_until: (until ?? unknownWebhook()).toISOString() }
      })
    },
  )
  app.post(
    '/v1/webhooks/rotate-secret',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Change the account’s own secret',
        description: `It signs tool calls, and messages to the \`webhook_url\` of calls and campaigns. ${description}`,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: rotatedSecretSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const audit = () =>
        ({ action: 'account.webhook_secret_rotated', target: ['account', account] }) as const
      reply.header('cache-control', 'no-store')
      return await act<RotatedSecret>(deps, { request, reply, audit, isSecret: true }, async trx => {
        const secret = newWebhookSecret()
        const until = await rotateAccountSecret(trx, account, deps.sealing.seal(secret))
        return { secret, previous_valid_until: until.toISOString() }
      })
    },
  )
}

/** Thrown inside the transaction: event and filters may have come one after the other. */
function refuseUnknownFields({ event, filters }: SubscriptionRow): void {
  const errors = unknownFilterFields(event, filters).map(path => ({
    path: `filters.${path}`,
    message: 'No event of a call has this field',
    code: 'custom',
  }))
  if (errors.length > 0) throw new ApiError('invalid_request', { errors })
}

export function unknownWebhook(): never {
  throw new ApiError('not_found', { detail: 'No such subscription' })
}

function webhookObject(row: SubscriptionRow): Webhook {
  const { id, event, url, filters, enabled, disabled_reason } = row
  return {
    id,
    event,
    url,
    filters,
    enabled,
    disabled_reason,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
