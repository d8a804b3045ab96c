import { z } from 'zod'
import { callingWindowSchema } from './calling-window.ts'
import { moment, text, timestamp, uuid } from './fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { placeCallSchema } from './place-call.ts'
import { frequencyCapSchema } from './preflight.ts'
import { retrySchema } from './retry.ts'

/** Campaigns: the same call to everybody on a list, at a pace. */

export const campaignStatuses = ['draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled'] as const
export type CampaignStatus = (typeof campaignStatuses)[number]

const share = z.number().min(0).max(1)

export const autoPauseSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    calls: z
      .int()
      .min(10)
      .max(500)
      .default(50)
      .meta({ description: 'So many of the last calls are looked at' }),
    min_answer_rate: share
      .default(0.7)
      .meta({ description: 'Share of calls that somebody or something answers' }),
    short_call_seconds: z.number().min(1).max(120).default(12),
    max_short_share: share
      .default(0.1)
      .meta({ description: 'Of the calls that no machine answered, the share that may be short' }),
    min_average_seconds: z
      .number()
      .min(0)
      .max(600)
      .default(30)
      .meta({ description: 'How long calls that no machine answered last on average' }),
    when: z.enum(['all', 'any']).default('all').meta({
      description:
        '`all`: the campaign pauses when few answer, and many of those who do hang up at once, and calls are short. Each alone is also true of honest campaigns. `any`: when one of these is.',
    }),
  })
  .meta({ id: 'AutoPause', description: 'When a campaign pauses by itself, because its calls look wrong' })
export type AutoPauseOption = z.output<typeof autoPauseSchema>

/** What a campaign decides by itself; the rest are options of its calls. */
export const campaignTerms = {
  name: text({ min: 1, max: 200 }),
  lead_list_id: uuid.meta({
    description: 'Whom to call. Leads that are put on the list later are called, too.',
  }),
  starts_at: moment.optional().meta({ description: 'A campaign that was started waits until then.' }),
  calling_window: callingWindowSchema.optional().meta({
    description:
      "`callee` is the lead's own `timezone`, else every zone where the number may be. Absent: any time of day and night.",
  }),
  max_concurrent_calls: z.int().min(1).max(1_000).default(10),
  calls_per_minute: z.int().min(1).max(6_000).default(60),
  retry: retrySchema.optional().meta({ description: 'Absent: each lead is called once.' }),
  max_attempts_per_lead: z.int().min(1).max(10).default(3).meta({ description: 'Whatever `retry` says.' }),
  conversion_outcomes: z
    .array(text({ min: 1, max: 64 }))
    .max(50)
    .default([])
    .meta({ description: 'Dispositions of `analysis` that make a lead `Converted`' }),
  frequency_cap: frequencyCapSchema.nullable().optional().meta({
    description:
      'Of all calls of the account to one number. Absent: three in 24 hours, and one in ten minutes. null: only what the account allows.',
  }),
  auto_pause: autoPauseSchema.prefault({}),
} as const

const callOptions = placeCallSchema.omit({
  phone_number: true,
  schedule_at: true,
  calling_window: true,
  retry: true,
})

export const createCampaignSchema = callOptions
  .extend(campaignTerms)
  .strict()
  .meta({
    id: 'CreateCampaign',
    examples: [
      {
        name: 'Recall',
        lead_list_id: '0192f7a0-7a1c-7d3e-9b5f-2c4d6e8f0a1b',
        task: 'Remind {{name|the patient}} that a check-up is due, and offer a visit.',
        calling_window: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' },
        calls_per_minute: 30,
        retry: { max_attempts: 3, delay_minutes: [30, 240] },
        analysis: { dispositions: ['booked', 'refused'] },
        conversion_outcomes: ['booked'],
      },
    ],
    description:
      "Options of `POST /v1/calls`, and the campaign's own. Placeholders are filled from the lead's `request_data`, its `name`, `email` and `phone_number`, and from `request_data` here.",
  })
export type CampaignConfig = z.output<typeof createCampaignSchema>

const changes = Object.entries<z.ZodType>(createCampaignSchema.shape).map(([name, field]) => {
  const canGo = field.safeParse(undefined).success
  return [name, canGo ? field.nullish() : field.optional()] as const
})

export const changeCampaignSchema = z.strictObject(Object.fromEntries(changes)).meta({
  id: 'ChangeCampaign',
  examples: [{ calls_per_minute: 60, max_concurrent_calls: 20 }],
  description: 'What is absent stays; null takes an optional one away. Not while the campaign runs.',
})

export const campaignSchema = z
  .looseObject({
    id: z.string(),
    account_id: z.string(),
    name: z.string(),
    status: z.enum(campaignStatuses),
    lead_list_id: z.string().nullable(),
    pause_reason: z.string().nullable().meta({ description: 'Why it paused by itself' }),
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Campaign', description: 'What it was made of, and what became of it' })
export type CampaignObject = z.infer<typeof campaignSchema>

export const campaignPageSchema = pageOf(campaignSchema).meta({ id: 'CampaignPage' })
export const listCampaignsQuery = pageQuery.extend({ status: z.enum(campaignStatuses).optional() })

const count = z.int()

export const campaignStatsSchema = z
  .object({
    status: z.enum(campaignStatuses),
    pause_reason: z.string().nullable(),
    leads: z.object({
      total: count,
      pending: count.meta({ description: 'Not called yet' }),
      waiting: count.meta({ description: 'Called, and to be called again' }),
      queued: count.meta({ description: 'Their call is about to be dialled' }),
      live: count.meta({ description: 'On the line, or ringing' }),
      human: count.meta({ description: 'A person answered; converted ones are counted below' }),
      voicemail: count,
      converted: count,
      opted_out: count,
      unreached: count.meta({ description: 'Nobody answered' }),
      failed: count,
      cancelled: count,
    }),
    calls: z.object({ placed: count, answered: count, live: count }),
    next_allowed_at: timestamp.nullable().meta({
      description: 'When the next lead may be called; null: no lead waits',
    }),
  })
  .meta({ id: 'CampaignStats' })
export type CampaignStats = z.infer<typeof campaignStatsSchema>
