import swagger from '@fastify/swagger'
import scalar from '@scalar/fastify-api-reference'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Api } from './deps.ts'
import { pruneSchemas } from './prune-schemas.ts'
import { pagePolicy } from './security-headers.ts'

const introduction = `Place phone calls that an AI agent holds. Send your key as \`Authorization: Bearer pk_live_…\`.
Errors are RFC 9457 problem details; a body with faults is refused with all of them at once. Times are ISO 8601
in UTC; durations are minutes unless the name carries another unit.`

const idempotencyKey = {
  type: 'object',
  properties: {
    'idempotency-key': {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{8,255}$',
      description:
        'The same request with the same key within 24 hours is done once, and gets the first answer again, marked by ' +
        '`Idempotent-Replayed: true`. Another request with the key: 422 `idempotency_key_reused`; the first one still ' +
        'under way: 409 `idempotency_in_progress`. Refusals are not kept.',
    },
  },
}

/** Every POST takes the key but those that only look something up. It is read where the answer is kept (http/act.ts). */
function keyFor({ method, config }: Parameters<Transform>[0]['route']): { headers?: object } {
  return method === 'POST' && config?.readsOnly !== true ? { headers: idempotencyKey } : {}
}

type Transform = typeof jsonSchemaTransform

/** A role of the security scheme (OpenAPI 3.1, 4.8.30) is the scope that a key must have. */
const describeRoute: Transform = described => {
  const { schema, url } = jsonSchemaTransform(described)
  const access = described.route.config?.access
  if (schema === undefined || access === undefined) return { schema, url }
  const security = access === 'public' ? [] : [{ apiKey: access === 'any-key' ? [] : [access] }]
  return { schema: { ...schema, ...bodyByType(schema), security, ...keyFor(described.route) }, url }
}

/** A route that takes one body as JSON and another one as parts says so by a union of just these. */
function bodyByType({ body, consumes }: { body?: unknown; consumes?: readonly string[] }): { body?: object } {
  const { anyOf } = (body ?? {}) as { anyOf?: readonly unknown[] }
  if (consumes === undefined || consumes.length < 2 || anyOf?.length !== consumes.length) return {}
  return { body: { content: Object.fromEntries(consumes.map((type, n) => [type, { schema: anyOf[n] }])) } }
}

/** `GET /openapi.json`, made from the schemas that check requests, and `/docs` to read it in. */
export async function describeApi(app: Api, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Parley', version: '1', description: introduction },
      servers: [{ url: publicUrl }],
      security: [{ apiKey: [] }],
      components: {
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'API key, pk_live_…' } },
      },
    },
    transform: describeRoute,
    transformObject: document => pruneSchemas(jsonSchemaTransformObject(document)),
  })
  const open = { config: { access: 'public' as const }, schema: { hide: true } }
  app.get('/openapi.json', open, () => app.swagger())
  await app.register(async docs => {
    docs.addHook('onRoute', route => {
      route.config = { ...route.config, access: 'public' }
    })
    docs.addHook('onSend', async (_request, reply, page) => {
      // The reference page comes from this server whole, and may ask nobody else.
      reply.header('content-security-policy', pagePolicy(typeof page === 'string' ? page : ''))
    })
    await docs.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '/openapi.json',
        withDefaultFonts: false,
        // Nothing that sends what is looked at to somebody else's service.
        telemetry: false,
        showDeveloperTools: 'never',
        agent: { disabled: true },
        hideClientButton: true,
      },
    })
  })
}
