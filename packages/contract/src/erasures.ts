import { z } from 'zod'
import { phoneNumber } from './fields.ts'

/** Erasing all that is kept of a person. */

export const eraseNumberSchema = z
  .strictObject({ phone_number: phoneNumber })
  .meta({ id: 'EraseNumber', examples: [{ phone_number: '+14155551234' }] })

export const erasureSchema = z
  .object({
    erased_calls: z.number().meta({ description: 'Calls that nothing is left of but what was billed' }),
    cancelled_calls: z.number().meta({ description: 'Of these, calls that waited' }),
    erased_leads: z.number(),
    erased_messages: z.number().meta({ description: 'Webhook messages beside those of the calls' }),
    suppression_kept: z.boolean().meta({
      description:
        'The number is on the do-not-call list, and stays there as a keyed hash: it is still never called',
    }),
  })
  .meta({ id: 'Erasure' })
export type Erasure = z.infer<typeof erasureSchema>
