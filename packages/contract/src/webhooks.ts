import { z } from 'zod'
import { isKeepable, text, timestamp, uuid } from './fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { callSummarySchema } from './call.ts'

/** Subscriptions to an account's events, and what became of the messages. */

/** What an account can be told of; `call.completed.<disposition>` beside these. */
export const webhookEvents = [
  'call.queued',
  'call.started',
  'call.completed',
  'call.failed',
  'call.transferred',
  'call.turn',
  'campaign.started',
  'campaign.paused',
  'campaign.resumed',
  'campaign.completed',
  'campaign.stopped',
  'lead.status_changed',
] as const
export type WebhookEvent = (typeof webhookEvents)[number]

const ofDisposition = /^call\.completed\.[A-Za-z0-9_ -]{1,64}$/
const eventName = z
  .string()
  .max(80)
  .refine(name => ofDisposition.test(name) || webhookEvents.some(event => event === name), {
    error: `Must be one of ${webhookEvents.join(', ')}, or call.completed.<disposition>`,
  })
  .meta({ description: 'The event, e.g. `call.completed` or `call.completed.interested`' })

export const webhookUrl = z
  .url({ protocol: /^https?$/, hostname: /^.+$/, error: 'Must be an http or https URL' })
  .max(2_048)
  .regex(/^[^\0- ]+$/, { error: 'Must be an http or https URL' })

const scalar = z.union([z.string().max(500), z.number(), z.boolean(), z.null()], {
  error: 'Must be a string, a number, a boolean or null',
})

/** What a filter says of one field. */
export type FilterValue = string | number | boolean | null | readonly (string | number | boolean | null)[]

const filtersSchema = z
  .record(
    z.string().regex(/^[A-Za-z0-9_]{1,64}(\.[A-Za-z0-9_ -]{1,64}){0,5}$/, {
      error: 'Must be a field of the event, dotted for what is inside it',
    }),
    z.union([scalar, z.array(scalar).min(1).max(100)], {
      error: 'Must be a string, a number, a boolean, null, or an array of these',
    }),
  )
  .refine(filters => Object.keys(filters).length <= 20, { error: 'Must have at most 20 entries' })
  .refine(filters => isKeepable(filters, 16 * 1_024), { error: 'Must be at most 16 KiB' })
  .meta({
    id: 'WebhookFilters',
    description:
      'By field of the event (`agent_id`, `metadata.region`), all of them must hold. A number, boolean or null: the ' +
      'field equals it. A string: the field is like it, by SQL: `%` stands for any text, `_` for one character, `\\` ' +
      'before one of them for itself. An array: any of these. `is_conversion`: whether the call reached what its ' +
      'campaign or its `success_criteria` wanted.',
  })

const fields = {
  event: eventName,
  url: webhookUrl.meta({ description: 'Where messages go, by POST. Never inside the operator’s network.' }),
  filters: filtersSchema,
}

const callFields = new Set([...Object.keys(callSummarySchema.shape), 'turn'])

/** Fields that no event of the kind has: a filter by one of them would never let anything through. */
export function unknownFilterFields(event: string, filters: Readonly<Record<string, unknown>>): string[] {
  if (!event.startsWith('call.')) return []
  return Object.keys(filters).filter(path => !callFields.has(path.split('.')[0] ?? ''))
}

export const createWebhookSchema = z
  .strictObject({ ...fields, filters: filtersSchema.default({}) })
  .superRefine(({ event, filters }, context) => {
    for (const path of unknownFilterFields(event, filters)) {
      context.addIssue({
        code: 'custom',
        path: ['filters', path],
        message: 'No event of a call has this field',
      })
    }
  })
  .meta({
    id: 'CreateWebhook',
    examples: [
      {
        event: 'call.completed',
        url: 'https://hooks.brightdental.example/calls',
        filters: { disposition: ['confirmed', 'moved'], 'metadata.region': 'west%' },
      },
    ],
  })
export type CreateWebhook = z.output<typeof createWebhookSchema>

export const changeWebhookSchema = z
  .strictObject({ ...fields, enabled: z.boolean() })
  .partial()
  .refine(change => Object.keys(change).length > 0, { error: 'Must change something' })
  .meta({ id: 'ChangeWebhook', examples: [{ enabled: false }] })
export type ChangeWebhook = z.output<typeof changeWebhookSchema>

export const webhookSchema = z
  .object({
    id: z.string(),
    event: z.string(),
    url: z.string(),
    filters: z.record(z.string(), z.unknown()),
    enabled: z.boolean(),
    disabled_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why the platform turned it off, e.g. because the receiver answered 410' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof webhookSchema>

export const webhookPageSchema = pageOf(webhookSchema).meta({ id: 'WebhookPage' })

const secret = z.string().meta({ description: '`whsec_…`, as Standard Webhooks say: shown this once' })

export const createdWebhookSchema = webhookSchema.extend({ secret }).meta({ id: 'CreatedWebhook' })
export type CreatedWebhook = z.infer<typeof createdWebhookSchema>

export const rotatedSecretSchema = z
  .object({
    secret,
    previous_valid_until: timestamp.meta({
      description: 'Until then messages carry a second signature, by the secret before',
    }),
  })
  .meta({ id: 'RotatedWebhookSecret' })
export type RotatedSecret = z.infer<typeof rotatedSecretSchema>

export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const

export const deliverySchema = z
  .object({
    id: z
      .string()
      .meta({ description: 'What the message carries as `webhook-id`, however often it is sent' }),
    webhook_id: z
      .string()
      .nullable()
      .meta({ description: 'The subscription; null for the `webhook_url` of a call or campaign' }),
    call_id: z.string().nullable(),
    event: z.string(),
    event_id: z.string(),
    url: z.string(),
    status: z.enum(deliveryStatuses),
    tries: z.number(),
    next_try_at: timestamp.nullable().meta({ description: 'Null when no further try is due' }),
    delivered_at: timestamp.nullable(),
    last_http_status: z.number().nullable(),
    last_error: z.string().nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'WebhookDelivery' })
export type Delivery = z.infer<typeof deliverySchema>

export const deliveryDetailSchema = deliverySchema
  .extend({ body: z.string().nullable().meta({ description: 'As it is sent; null before the first try' }) })
  .meta({ id: 'WebhookDeliveryDetail' })

export const deliveryPageSchema = pageOf(deliverySchema).meta({ id: 'WebhookDeliveryPage' })

export const listDeliveriesQuery = pageQuery.extend({
  webhook_id: uuid.optional(),
  call_id: uuid.optional(),
  event: text({ min: 1, max: 80 }).optional(),
  status: z.enum(deliveryStatuses).optional(),
})
export type ListDeliveriesQuery = z.output<typeof listDeliveriesQuery>
