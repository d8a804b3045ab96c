import {
  type ApiKey,
  apiKeyListSchema,
  createApiKeySchema,
  createdApiKeySchema,
} from '@parley/contract/api-keys'
import { ApiError } from '@parley/contract/errors'
import { z } from 'zod'
import { isUuid } from '../../domain/is-uuid.ts'
import { type ApiKeyRow, insertApiKey, listApiKeys, newApiKey, revokeApiKey } from '../../store/api-keys.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'

const tags = ['API keys']
const access = { config: { access: 'admin' as const } }

export function apiKeyRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/api-keys',
    { ...access, schema: { tags, summary: 'Keys in use', response: answers({ 200: apiKeyListSchema }) } },
    async request => ({ data: (await listApiKeys(database, holderIn(request).accountId)).map(apiKey) }),
  )
  app.post(
    '/v1/api-keys',
    {
      ...access,
      schema: {
        tags,
        summary: 'Make a key, which is shown this once',
        body: createApiKeySchema,
        response: answers({ 201: createdApiKeySchema }),
      },
    },
    async (request, reply) => {
      const key = newApiKey()
      const grant = { ...request.body, scopes: [...new Set(request.body.scopes)] }
      const row = await insertApiKey(database, { account: holderIn(request).accountId, key, grant })
      reply.code(201).header('cache-control', 'no-store')
      return { ...apiKey(row), key }
    },
  )
  app.delete(
    '/v1/api-keys/:id',
    {
      ...access,
      schema: {
        tags,
        summary: 'Revoke a key at once',
        params: z.object({ id: z.string() }),
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { accountId, keyId } = holderIn(request)
      const { id } = request.params
      if (id === keyId) {
        // Revoking it could leave the account with no key that makes another.
        throw new ApiError('conflict', { detail: 'A key cannot revoke itself', current_status: 'in_use' })
      }
      if (!isUuid(id) || !(await revokeApiKey(database, { account: accountId, id }))) {
        throw new ApiError('not_found', { detail: 'No such key' })
      }
      return await reply.code(204).send()
    },
  )
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
