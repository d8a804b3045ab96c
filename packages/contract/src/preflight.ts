import { z } from 'zod'
import { callingWindowSchema } from './calling-window.ts'
import { moment, phoneNumber, timestamp, timeZone } from './fields.ts'
import { placeCallSchema } from './place-call.ts'

/** Whether a number may be called now, by the same rules that every call passes. */

export const frequencyCapSchema = z
  .strictObject({
    max_calls: z.int().min(1).max(100),
    hours: z
      .number()
      .min(0.01)
      .max(24 * 30),
  })
  .meta({ id: 'FrequencyCap', description: 'At most so many calls to one number within so many hours' })

export const preflightSchema = z
  .strictObject({
    phone_number: phoneNumber,
    from_number: phoneNumber
      .optional()
      .meta({ description: "Refused, as of a call, where it is not one of the account's." }),
    at: moment.optional().meta({ description: 'When the call would be dialled. Absent, or past: now.' }),
    max_duration: placeCallSchema.shape.max_duration,
    calling_window: callingWindowSchema.optional(),
    timezone: timeZone.optional().meta({
      description:
        'Where the callee is. Absent: everywhere that the number may be; a window of `callee` must be open in all of these zones.',
    }),
    frequency_cap: frequencyCapSchema
      .optional()
      .meta({ description: "Holds beside the account's own limits, as that of a campaign does" }),
  })
  .meta({
    id: 'Preflight',
    examples: [
      {
        phone_number: '+14155551234',
        calling_window: { from: '09:00', to: '20:00' },
        frequency_cap: { max_calls: 3, hours: 24 },
      },
    ],
  })
export type Preflight = z.output<typeof preflightSchema>

export const preflightRefusals = [
  'invalid_number',
  'number_type_not_allowed',
  'country_not_allowed',
  'do_not_call',
  'consent_missing',
  'outside_calling_window',
  'frequency_cap_reached',
  'countries_cap_reached',
  'minutes_cap_reached',
  'insufficient_quota',
  'account_suspended',
  'concurrency_cap_reached',
] as const

export const preflightVerdictSchema = z
  .object({
    allowed: z.boolean(),
    code: z.enum(preflightRefusals).nullable().meta({ description: 'Why not' }),
    detail: z.string().nullable(),
    allowed_at: timestamp
      .nullable()
      .meta({ description: 'When it will be; null: it is, or time alone does not change it' }),
    country: z
      .string()
      .nullable()
      .meta({ description: 'ISO 3166 code of the country that the number is of' }),
    time_zones: z.array(z.string()).meta({ description: 'Where the callee may be' }),
  })
  .meta({ id: 'PreflightVerdict' })
export type PreflightVerdict = z.infer<typeof preflightVerdictSchema>
