import { ApiError } from '@parley/contract/errors'
import {
  putSecretSchema,
  secretListSchema,
  type SecretObject,
  secretParams,
  secretSchema,
} from '@parley/contract/secrets'
import { z } from 'zod'
import { deleteSecret, listSecrets, putSecret, type SecretRow } from '../../store/secrets.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'

const tags = ['Secrets']
const config = { access: 'admin' as const }

export function secretRoutes(app: Api, deps: HttpDeps): void {
  const { database, sealing } = deps
  app.get(
    '/v1/secrets',
    {
      config,
      schema: { tags, summary: 'Names of the secrets', response: answers({ 200: secretListSchema }) },
    },
    async request => ({
      data: (await listSecrets(database, holderIn(request).accountId)).map(secretObject),
    }),
  )
  app.put(
    '/v1/secrets/:name',
    {
      config,
      schema: {
        tags,
        summary: 'Store a secret that tools are called with',
        description:
          'By `secret_ref` of a tool. The value is kept sealed and never given back. 200: it replaced an earlier one.',
        params: secretParams,
        body: putSecretSchema,
        response: answers({ 200: secretSchema, 201: secretSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const sealed = sealing.seal(request.body.value)
      const { name } = request.params
      const audit = () => ({ action: 'secret.stored', target: ['secret', name] }) as const
      const { existed, ...row } = await act(deps, { request, reply, audit }, async trx => {
        const stored = await putSecret({ kysely: trx }, { account, name, sealed })
        return { ...stored.row, existed: stored.existed }
      })
      reply.code(existed ? 200 : 201)
      return secretObject(row)
    },
  )
  removingRoute(app, deps)
}

function removingRoute(app: Api, deps: HttpDeps): void {
  app.delete(
    '/v1/secrets/:name',
    {
      config,
      schema: {
        tags,
        summary: 'Remove a secret',
        description: 'Tools that name it can not be used any more.',
        params: secretParams,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, name: request.params.name }
      const audit = () => ({ action: 'secret.removed', target: ['secret', of.name] }) as const
      await act(deps, { request, reply, audit }, async trx => {
        if (await deleteSecret({ kysely: trx }, of)) return {}
        throw new ApiError('not_found', { detail: 'No such secret' })
      })
      return await reply.code(204).send()
    },
  )
}

function secretObject(row: SecretRow): SecretObject {
  return {
    name: row.name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
