import { z } from 'zod'
import { moment, text, timestamp } from './fields.ts'

/** What a key may do. */
export const scopes = [
  'calls:read',
  'calls:write',
  'campaigns:read',
  'campaigns:write',
  'leads:read',
  'leads:write',
  'knowledge:read',
  'knowledge:write',
  'phone_numbers:read',
  'phone_numbers:write',
  'webhooks:read',
  'webhooks:write',
  'agents:read',
  'agents:write',
  'voices:write',
  'admin',
] as const
export type Scope = (typeof scopes)[number]

const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'Must be an IP address or a CIDR range',
})

export const createApiKeySchema = z
  .strictObject({
    name: text({ min: 1, max: 100 }),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
    expires_at: moment.optional(),
    allowed_ips: z.array(address).max(100).default([]).meta({ description: 'Empty: any address' }),
  })
  .meta({ id: 'CreateApiKey' })
export type CreateApiKey = z.output<typeof createApiKeySchema>

export const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    last_four: z.string(),
    scopes: z.array(z.string()),
    allowed_ips: z.array(z.string()),
    expires_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof apiKeySchema>

export const createdApiKeySchema = apiKeySchema
  .extend({ key: z.string().meta({ description: 'The key itself: shown this once' }) })
  .meta({ id: 'CreatedApiKey' })

export const apiKeyListSchema = z.object({ data: z.array(apiKeySchema) })
