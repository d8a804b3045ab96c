import { z } from 'zod'
import { isTimeZone, moment, timestamp, uuid } from './fields.ts'

/** What an account's calls come to, whole and by group. */

/** By when they were placed or came in, by the clocks of `timezone`. */
export const timeGroups = ['hour', 'day', 'week', 'month'] as const
export type TimeGroup = (typeof timeGroups)[number]

export const fieldGroups = [
  'campaign',
  'agent',
  'direction',
  'mode',
  'model',
  'voice',
  'status',
  'call_status',
  'end_reason',
  'answered_by',
  'disposition',
  'from_number',
  'country',
] as const
export type FieldGroup = (typeof fieldGroups)[number]

/** The longest time that is counted over. */
export const mostDays = 366
/** By the hour. */
export const mostDaysByHour = 31
/** Groups in one answer: every hour of 31 days, and those that share one where a clock is put back. */
export const mostGroups = 750

/** A name: PostgreSQL reads `+02:00` the other way round. */
const namedZone = z
  .string()
  .max(64)
  .refine(zone => /^[A-Za-z]/.test(zone) && isTimeZone(zone), {
    error: 'Must be an IANA time zone, e.g. Europe/Madrid',
  })

export const analyticsQuery = z.strictObject({
  from: moment.optional().meta({
    description: `Calls that were placed or came in at this time or later. Absent: 30 days before \`to\`. At most ${mostDays} days before it, by the hour ${mostDaysByHour}.`,
  }),
  to: moment.optional().meta({ description: 'And before this one. Absent: now.' }),
  group_by: z
    .enum([...timeGroups, ...fieldGroups])
    .optional()
    .meta({ description: 'Absent: totals alone.' }),
  timezone: namedZone.default('UTC').meta({
    description: 'IANA. By its clocks hours, days, weeks (from Monday) and months begin.',
    example: 'Europe/Madrid',
  }),
  campaign_id: uuid.optional().meta({ description: 'Only its calls' }),
  agent_id: uuid.optional().meta({ description: 'Only calls of this saved agent' }),
  direction: z.enum(['outbound', 'inbound']).optional(),
})
export type AnalyticsQuery = z.output<typeof analyticsQuery>

const count = z.int()
const share = z.number().nullable()

const figures = {
  calls: count,
  dialled: count.meta({ description: 'That were dialled at least once, or came in' }),
  answered: count.meta({ description: 'By a person, a machine, or the agent where the call came in' }),
  completed: count.meta({ description: 'By `status`, as the next two' }),
  failed: count,
  cancelled: count,
  conversions: count.meta({ description: 'With `is_conversion`' }),
  answer_rate: share.meta({ description: '`answered` of `dialled`, 0 to 1; null: none was' }),
  conversion_rate: share.meta({ description: '`conversions` of `answered`, 0 to 1; null: none was' }),
  minutes: z.number().meta({ description: 'From answer to end, of calls that are over' }),
  billed_minutes: z.number().meta({ description: 'In whole seconds, of every attempt' }),
  average_duration_seconds: z
    .number()
    .nullable()
    .meta({ description: 'From answer to end; null: none was answered and is over' }),
  latency: z
    .object({
      turns: count,
      voice_to_voice_p50_ms: z.number().nullable(),
      voice_to_voice_p95_ms: z.number().nullable(),
    })
    .meta({
      description:
        "Over all turns of completed calls: from the end of the callee's speech to the agent's first sound, by nearest rank",
    }),
  turn_taking: z
    .object({
      overlaps: count.meta({ description: "Sounds of the callee over the agent's speech" }),
      interruptions: count.meta({ description: 'Of these, those that stopped the agent and were meant to' }),
      backchannels: count.meta({ description: 'Those that did not stop it' }),
      false_stops: count.meta({ description: 'Those that stopped it and were nothing' }),
      cut_offs: count.meta({
        description: 'Times that the agent began to answer while the callee had more to say',
      }),
    })
    .meta({ description: 'Over all completed calls' }),
} as const

const figuresSchema = z.object(figures).meta({ id: 'CallFigures' })
export type CallFigures = z.infer<typeof figuresSchema>

const groupSchema = z
  .object({
    key: z.string().nullable().meta({
      description:
        'Of an hour its beginning (ISO 8601, UTC); of a day, week or month the local date of its first day; of a campaign or an agent its id; of a country its ISO 3166 code, by the number of the other party. Null: calls without one.',
      example: '2026-03-29',
    }),
    ...figures,
  })
  .meta({ id: 'CallFiguresGroup' })
export type CallFiguresGroup = z.infer<typeof groupSchema>

export const analyticsSchema = z
  .object({
    from: timestamp,
    to: timestamp,
    timezone: z.string(),
    group_by: z.string().nullable(),
    totals: figuresSchema,
    groups: z.array(groupSchema).meta({
      description: `Times in their order, without those that had no calls; others by their calls, most first. At most ${mostGroups}.`,
    }),
    groups_total: count.meta({ description: 'How many there are, those left out included' }),
  })
  .meta({ id: 'Analytics' })
export type Analytics = z.infer<typeof analyticsSchema>
