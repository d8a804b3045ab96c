import { z } from 'zod'
import { text, timestamp } from './fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { frequencyCapSchema } from './preflight.ts'

/** Accounts, and what their operator has set for them. */

const days = (description: string) =>
  z
    .int()
    .min(1)
    .max(3_650)
    .meta({ description: `Days: ${description}` })

const quotaSchema = z
  .strictObject({
    minutes: z.number().min(0).max(100_000_000),
    period: z
      .enum(['month', 'total'])
      .default('month')
      .meta({ description: 'Calendar months are those of UTC.' }),
  })
  .meta({ id: 'Quota', description: 'Minutes of calls that the account may use' })
export type Quota = z.output<typeof quotaSchema>

const capsSchema = z
  .strictObject({
    frequency: frequencyCapSchema.nullable().optional().meta({ description: 'Default: three in 24 hours' }),
    minutes_between_calls: z
      .number()
      .min(0.1)
      .max(24 * 60)
      .nullable()
      .optional()
      .meta({ description: 'Between two calls to one number; default 10' }),
    max_concurrent_calls: z
      .int()
      .min(0)
      .max(1_000_000)
      .nullable()
      .optional()
      .meta({ description: 'Queued or under way; default 10' }),
    max_countries_per_day: z
      .int()
      .min(1)
      .max(300)
      .nullable()
      .optional()
      .meta({ description: 'Countries called within 24 hours; default 5' }),
    max_minutes_per_hour: z.number().min(0).max(10_000_000).nullable().optional(),
    max_minutes_per_day: z.number().min(0).max(10_000_000).nullable().optional(),
  })
  .meta({
    id: 'AccountCaps',
    description: "Limits of the calls that the account places; null: none; absent: the platform's default",
  })

const retentionSchema = z
  .strictObject({
    audio_days: days('recordings; default 30').optional(),
    transcript_days: days('what was said, and read out of it; default 90').optional(),
    metadata_days: days('all else that is personal; default 395').optional(),
  })
  .meta({ id: 'Retention', description: 'How long what belongs to a call is kept' })

const settingsSchema = z.strictObject({
  plan: text({ min: 1, max: 100 }).meta({ description: 'A name for the quota, shown by `GET /v1/balance`' }),
  quota: quotaSchema,
  caps: capsSchema,
  allow_sip_uris: z.boolean().meta({ description: '`sip:` URIs may be dialled' }),
  allowed_countries: z
    .array(z.string().regex(/^[A-Z]{2}$/, { error: 'Must be an ISO 3166 code, e.g. US' }))
    .max(300)
    .meta({ description: 'In place of the countries where the account is at home' }),
  disclosure: z
    .strictObject({ ai: z.boolean().optional(), recording: z.boolean().optional() })
    .meta({ description: 'What every callee is told before the agent’s first words' }),
  consent_required: z
    .boolean()
    .meta({ description: 'Only those are called who are recorded to have agreed' }),
  max_webhooks: z.int().min(0).max(10_000).meta({ description: 'Subscriptions to events; default 100' }),
  retention: retentionSchema,
})

/** Each one null or absent where nothing is set. */
export const accountSettingsSchema = z
  .strictObject(
    Object.fromEntries(
      Object.entries(settingsSchema.shape).map(([name, schema]) => [name, schema.nullable().optional()]),
    ) as {
      [Name in keyof typeof settingsSchema.shape]: z.ZodOptional<
        z.ZodNullable<(typeof settingsSchema.shape)[Name]>
      >
    },
  )
  .meta({ id: 'AccountSettings' })
export type AccountSettingsObject = z.output<typeof accountSettingsSchema>

/** What an account's own administrators may set; the rest is the operator's. */
export const ownSettings: readonly (keyof AccountSettingsObject)[] = [
  'disclosure',
  'consent_required',
  'retention',
]

const name = text({ min: 1, max: 200 })

export const createAccountSchema = z
  .strictObject({ name, settings: accountSettingsSchema.default({}) })
  .meta({ id: 'CreateAccount', examples: [{ name: 'Bright Dental', settings: {} }] })

export const changeAccountSchema = z
  .strictObject({
    name: name.optional(),
    settings: accountSettingsSchema.optional().meta({
      description:
        'Settings that are named are replaced, null takes one back to its default, the others stay.',
    }),
  })
  .refine(change => Object.keys(change).length > 0, { error: 'Must change something' })
  .meta({ id: 'ChangeAccount', examples: [{ name: 'Bright Dental Group' }] })

export const accountSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    operator: z.boolean().meta({ description: 'Its administrators look after all accounts' }),
    suspended: z.boolean().meta({ description: 'It places and takes no calls' }),
    settings: accountSettingsSchema,
    created_at: timestamp,
  })
  .meta({ id: 'Account' })
export type AccountObject = z.infer<typeof accountSchema>

export const accountPageSchema = pageOf(accountSchema).meta({ id: 'AccountPage' })
export const listAccountsQuery = pageQuery

export const createdAccountSchema = accountSchema
  .extend({
    key: z
      .string()
      .meta({ description: 'An API key of the account that may do everything: shown this once' }),
    webhook_secret: z.string().meta({ description: 'Signs its webhooks: shown this once' }),
  })
  .meta({ id: 'CreatedAccount' })
export type CreatedAccount = z.infer<typeof createdAccountSchema>

export const suspendedAccountSchema = accountSchema
  .extend({
    cancelled_calls: z.number().meta({ description: 'Calls that waited and are cancelled now' }),
    stopped_calls: z.number().meta({ description: 'Live calls that are being hung up' }),
  })
  .meta({ id: 'SuspendedAccount' })
export type SuspendedAccount = z.infer<typeof suspendedAccountSchema>

export const balanceSchema = z
  .object({
    unit: z.literal('call_minutes'),
    remaining: z
      .number()
      .nullable()
      .meta({ description: 'What new calls may still reserve; null: without limit' }),
    plan: z.string(),
    used: z.number().meta({ description: 'Billed, in this month or, for a quota in total, ever' }),
    reserved: z.number().meta({ description: 'By calls that are not over: the longest that each may last' }),
  })
  .meta({ id: 'Balance' })
export type Balance = z.infer<typeof balanceSchema>
