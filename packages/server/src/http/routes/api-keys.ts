import {
  type ApiKey,
  apiKeyPageSchema,
  apiKeySchema,
  changeApiKeySchema,
  type CreatedApiKey,
  createApiKeySchema,
  createdApiKeySchema,
  type RotatedApiKey,
  rotateApiKeySchema,
  rotatedApiKeySchema,
} from '@parley/contract/api-keys'
import { ApiError } from '@parley/contract/errors'
import { pageQuery } from '@parley/contract/page'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ownGrant, rotateKey, unknownKey } from '../../intake/own-keys.ts'
import {
  type ApiKeyRow,
  changeApiKey,
  insertApiKey,
  listApiKeys,
  lockApiKey,
  newApiKey,
  revokeApiKey,
} from '../../store/api-keys.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['API keys']
const params = z.object({ id: z.string() })
const access = { config: { access: 'admin' as const } }

export function apiKeyRoutes(app: Api, deps: HttpDeps): void {
  readingRoute(app, deps)
  creatingRoute(app, deps)
  changingRoute(app, deps)
  rotatingRoute(app, deps)
  revokingRoute(app, deps)
}

function readingRoute(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/api-keys',
    {
      ...access,
      schema: {
        tags,
        summary: 'Keys that are not revoked, newest first',
        querystring: pageQuery,
        response: answers({ 200: apiKeyPageSchema }),
      },
    },
    async request => {
      const page = await listApiKeys(database, holderIn(request).accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(apiKey) }
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/api-keys',
    {
      ...access,
      schema: {
        tags,
        summary: 'Make a key, which is shown this once',
        description: 'A key gives others no scope that it does not have itself.',
        body: createApiKeySchema,
        response: answers({ 201: createdApiKeySchema }),
      },
    },
    async (request, reply) => {
      const holder = holderIn(request)
      const grant = { ...request.body, scopes: ownGrant(holder, request.body.scopes) }
      const audit = ({ id, scopes }: CreatedApiKey) =>
        ({ action: 'api_key.created', target: ['api_key', id], details: { scopes } }) as const
      const answer = await act<CreatedApiKey>(deps, { request, reply, audit, isSecret: true }, async trx => {
        const key = newApiKey()
        const row = await insertApiKey({ kysely: trx }, { account: holder.accountId, key, grant })
        return { ...apiKey(row), key }
      })
      reply.code(201).header('cache-control', 'no-store')
      return answer
    },
  )
}

function changingRoute(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/api-keys/:id',
    {
      ...access,
      schema: {
        tags,
        summary: 'Change what a key may do, from where and until when',
        params,
        body: changeApiKeySchema,
        response: answers({ 200: apiKeySchema }),
      },
    },
    async (request, reply) => {
      const holder = holderIn(request)
      const change = request.body
      if (change.scopes !== undefined) ownGrant(holder, change.scopes)
      const audit = ({ id }: ApiKey) =>
        ({
          action: 'api_key.changed',
          target: ['api_key', id],
          details: { changed: Object.keys(change) },
        }) as const
      return await act<ApiKey>(deps, { request, reply, audit }, async trx => {
        const found = (await lockApiKey(trx, keyOf(request))) ?? unknownKey()
        // Else a key could be taken away from whoever holds more than the one that asks.
        ownGrant(holder, found.scopes)
        return apiKey(await changeApiKey(trx, found.id, change))
      })
    },
  )
}

function rotatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/api-keys/:id/rotate',
    {
      ...access,
      schema: {
        tags,
        summary: 'Put a new key in the place of one',
        description: 'With its name, scopes, addresses and end. The old one works until the overlap is over.',
        params,
        body: rotateApiKeySchema.nullish(),
        response: answers({ 201: rotatedApiKeySchema }),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const overlapMinutes = (request.body ?? rotateApiKeySchema.parse({})).overlap_minutes
      const audit = (made: RotatedApiKey) =>
        ({ action: 'api_key.rotated', target: ['api_key', id], details: { new_id: made.id } }) as const
      const answer = await act<RotatedApiKey>(deps, { request, reply, audit, isSecret: true }, async trx => {
        const { row, key, previousEnd } = await rotateKey(trx, holderIn(request), { id, overlapMinutes })
        return {
          ...apiKey(row),
          key,
          previous_id: id,
          previous_expires_at: previousEnd.toISOString(),
        }
      })
      reply.code(201).header('cache-control', 'no-store')
      return answer
    },
  )
}

function revokingRoute(app: Api, deps: HttpDeps): void {
  app.delete(
    '/v1/api-keys/:id',
    {
      ...access,
      schema: {
        tags,
        summary: 'Revoke a key at once',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { keyId } = holderIn(request)
      const { id } = request.params
      if (id === keyId) {
        // Revoking it could leave the account with no key that makes another.
        throw new ApiError('conflict', { detail: 'A key cannot revoke itself', current_status: 'in_use' })
      }
      const audit = () => ({ action: 'api_key.revoked', target: ['api_key', id] }) as const
      await act(deps, { request, reply, audit }, async trx => {
        const of = keyOf(request)
        if ((await lockApiKey(trx, of)) === null) unknownKey()
        await revokeApiKey({ kysely: trx }, of)
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

function keyOf(request: FastifyRequest<{ Params: { id: string } }>) {
  return { account: holderIn(request).accountId, id: request.params.id }
}

function apiKey(row: ApiKeyRow): ApiKey {
  const { id, name, prefix, last_four, scopes, allowed_ips } = row
  return {
    id,
    name,
    prefix,
    last_four,
    scopes,
    allowed_ips,
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  }
}
