import { z } from 'zod'
import { moment, text, timestamp } from './fields.ts'
import { pageOf } from './page.ts'

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

const fields = {
  name: text({ min: 1, max: 100 }),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  allowed_ips: z.array(address).max(100).meta({ description: 'Empty: any address' }),
}

export const createApiKeySchema = z
  .strictObject({
    ...fields,
    expires_at: moment.optional(),
    allowed_ips: fields.allowed_ips.default([]),
  })
  .meta({
    id: 'CreateApiKey',
    examples: [
      { name: 'Booking system', scopes: ['calls:read', 'calls:write'], allowed_ips: ['192.0.2.0/24'] },
    ],
  })
export type CreateApiKey = z.output<typeof createApiKeySchema>

export const changeApiKeySchema = z
  .strictObject({ ...fields, expires_at: moment.nullable() })
  .partial()
  .refine(change => Object.keys(change).length > 0, { error: 'Must change something' })
  .meta({ id: 'ChangeApiKey', examples: [{ name: 'Reporting' }] })
export type ChangeApiKey = z.output<typeof changeApiKeySchema>

/** A week. */
const longestOverlapMinutes = 7 * 24 * 60

export const rotateApiKeySchema = z
  .strictObject({
    overlap_minutes: z
      .number()
      .min(0)
      .max(longestOverlapMinutes)
      .default(60)
      .meta({ description: 'How long the old key goes on working beside the new one' }),
  })
  .meta({ id: 'RotateApiKey', examples: [{ overlap_minutes: 60 }] })

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

export type CreatedApiKey = z.infer<typeof createdApiKeySchema>

export const rotatedApiKeySchema = createdApiKeySchema
  .extend({
    previous_id: z.string(),
    previous_expires_at: timestamp.meta({ description: 'Until then the old key works, too' }),
  })
  .meta({ id: 'RotatedApiKey' })
export type RotatedApiKey = z.infer<typeof rotatedApiKeySchema>

export const apiKeyPageSchema = pageOf(apiKeySchema).meta({ id: 'ApiKeyPage' })
