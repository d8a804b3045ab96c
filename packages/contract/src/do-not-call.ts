import { z } from 'zod'
import { phoneNumber, text, timestamp } from './fields.ts'
import { pageOf, pageQuery } from './page.ts'

/** Numbers that the account never calls. */

/** Who put it there: the API, or a callee who asked for it during a call. */
export const listingSources = ['api', 'call'] as const
export type ListingSource = (typeof listingSources)[number]

export const addDoNotCallSchema = z
  .strictObject({
    phone_number: phoneNumber,
    reason: text({ min: 1, max: 500 }).nullable().default(null),
  })
  .meta({ id: 'AddDoNotCall', examples: [{ phone_number: '+14155551299', reason: 'Asked by letter' }] })

export const doNotCallSchema = z
  .object({
    id: z.string(),
    phone_number: z.string(),
    reason: z.string().nullable(),
    source: z.enum(listingSources).meta({ description: '`call`: the callee asked for it' }),
    call_id: z.string().nullable().meta({ description: 'The call in which they did' }),
    created_at: timestamp,
  })
  .meta({ id: 'DoNotCall' })
export type DoNotCall = z.infer<typeof doNotCallSchema>

export const addedDoNotCallSchema = doNotCallSchema
  .extend({
    existed: z.boolean().meta({ description: 'The number was listed already, and stays as it was' }),
    cancelled_calls: z.number().meta({ description: 'Calls to it that waited and are cancelled now' }),
  })
  .meta({ id: 'AddedDoNotCall' })
export type AddedDoNotCall = z.infer<typeof addedDoNotCallSchema>

export const listDoNotCallQuery = pageQuery.extend({ phone_number: phoneNumber.optional() })
export const doNotCallPageSchema = pageOf(doNotCallSchema).meta({ id: 'DoNotCallPage' })
