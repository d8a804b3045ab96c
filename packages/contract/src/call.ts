import { z } from 'zod'
import { callAnalysisSchema } from './analysis.ts'
import { moment, phoneNumber, text, timestamp, uuid } from './fields.ts'
import { lineQualitySchema } from './line-quality.ts'
import { pageOf, pageQuery } from './page.ts'
import { answerers, callModes, callStatuses, endReasons, networkStatuses } from './status.ts'

/** The flat call object: the same in answers and in webhooks. */

export const transcriptEntrySchema = z
  .object({
    id: z.string(),
    user: z.enum(['assistant', 'user', 'tool', 'dtmf']),
    text: z.string(),
    created_at: timestamp,
    start_ms: z.number(),
    end_ms: z.number(),
    interrupted: z.boolean(),
  })
  .meta({ id: 'TranscriptEntry' })

const latencySchema = z.object({
  turns: z.number(),
  voice_to_voice_p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
})

export const callSummarySchema = z
  .object({
    id: z.string(),
    account_id: z.string(),
    phone_number: z.string(),
    from_phone_number: z.string().nullable(),
    direction: z.enum(['outbound', 'inbound']),
    status: z.enum(callStatuses).meta({ description: 'What the platform does with the call' }),
    call_status: z
      .enum(networkStatuses)
      .nullable()
      .meta({ description: 'What the phone network said of it; null until it said something' }),
    external_call_id: z.string().nullable().meta({ description: "The carrier's id of the call" }),
    mode: z.enum(callModes),
    model: z.string(),
    voice: z.string(),
    created_at: timestamp,
    scheduled_for: timestamp.nullable().meta({
      description: 'When a `pending` call will be dialled at the earliest; null: at once, or dialled already',
    }),
    started_at: timestamp.nullable().meta({ description: 'Dialled' }),
    end_at: timestamp.nullable(),
    duration: z
      .number()
      .nullable()
      .meta({ description: 'Minutes from answer to end; null until the call has ended' }),
    actual_duration_billed: z
      .number()
      .nullable()
      .meta({ description: 'Minutes, in whole seconds; null until the call has ended' }),
    recording_url: z
      .string()
      .nullable()
      .meta({ description: 'Signed and time-limited; null while there is no recording' }),
    call_summary: z.string().nullable(),
    disposition: z.string().nullable(),
    analysis: callAnalysisSchema.nullable().meta({ description: 'Null until the call is `completed`' }),
    is_conversion: z.boolean().meta({
      description:
        'Whether the call reached what its campaign (`conversion_outcomes`) or its `success_criteria` wanted; false ' +
        'until it is `completed`',
    }),
    answered_by: z.enum(answerers),
    end_reason: z.enum(endReasons).nullable(),
    error_message: z.string().nullable(),
    agent_id: z.string().nullable().meta({ description: 'The saved agent that it was made of' }),
    campaign_id: z.string().nullable(),
    lead_id: z.string().nullable(),
    attempt: z.number().meta({ description: 'How many times it was dialled' }),
    completed: z
      .boolean()
      .meta({ description: 'Recording, transcript and analysis are ready: nothing changes any more' }),
    erased_at: timestamp.nullable().meta({ description: 'Since then only what was billed is left' }),
    latency: latencySchema.nullable(),
    line_quality: lineQualitySchema.nullable(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'CallSummary' })
export type CallSummary = z.infer<typeof callSummarySchema>

export const callSchema = callSummarySchema
  .extend({
    transcript: z.array(transcriptEntrySchema),
    request: z.record(z.string(), z.unknown()).meta({ description: 'The request as it came' }),
  })
  .meta({ id: 'Call' })
export type Call = z.infer<typeof callSchema>

const mostWords = 16

const transcriptQuery = text({ min: 1, max: 200 })
  .refine(query => /[\p{L}\p{N}]/u.test(query), { error: 'Must hold a word to look for' })
  .refine(query => (query.match(/"[^"]*"?|[^\s"]+/g) ?? []).length <= mostWords, {
    error: `Must be at most ${mostWords} words; what stands in quotes counts as one`,
  })
  .meta({
    description:
      'Calls in whose transcript all of these words were said, wherever in it. A word is found by its beginning ' +
      '(`refund` finds "refunds"), and words in quotes as they are, in that order, in one line of the transcript ' +
      '(`"call me back"`). Case and accents do not count.',
    example: 'refund "last week"',
  })

export const listCallsQuery = pageQuery.extend({
  status: z.enum(callStatuses).optional(),
  call_status: z.enum(networkStatuses).optional(),
  campaign_id: uuid.optional(),
  phone_number: phoneNumber.optional(),
  disposition: text({ min: 1, max: 64 })
    .optional()
    .meta({ description: 'What the analysis made of the call' }),
  created_after: moment.optional(),
  created_before: moment.optional(),
  q: transcriptQuery.optional(),
})
export type ListCallsQuery = z.output<typeof listCallsQuery>

export const callPageSchema = pageOf(callSummarySchema).meta({ id: 'CallPage' })
