import { z } from 'zod'
import { phoneNumber, text } from './fields.ts'

/** Where the agent may move the callee to. It reaches nobody who is not named here. */

export const sipUri = z
  .string()
  .max(300)
  .regex(/^sips?:[^\s@<>]{1,128}@[^\s@<>]{1,128}$/, { error: 'Must be a sip: or sips: URI' })

export const transferDestinationSchema = z
  .strictObject({
    name: text({ min: 1, max: 64 }).meta({ description: 'What the agent knows it by.', example: 'sales' }),
    phone_number: phoneNumber.optional(),
    sip_uri: sipUri.optional(),
    description: text({ min: 1, max: 500 })
      .optional()
      .meta({ description: 'Tells the agent when to choose it.' }),
  })
  .refine(({ phone_number, sip_uri }) => (phone_number === undefined) !== (sip_uri === undefined), {
    error: 'Exactly one of phone_number and sip_uri must be given',
  })
  .meta({ id: 'TransferDestination' })

export const transferSchema = z
  .strictObject({
    destinations: z
      .array(transferDestinationSchema)
      .min(1)
      .max(20)
      .refine(list => new Set(list.map(({ name }) => name.toLowerCase())).size === list.length, {
        error: 'Every destination must have a name of its own',
      }),
    mode: z.enum(['cold', 'warm']).default('cold').meta({
      description:
        'cold: the callee is moved by the network (REFER), or, where it refuses, connected through the platform. warm: the callee waits with music while the agent tells whoever takes over what it is about.',
    }),
    briefing: text({ min: 1, max: 1_000 }).optional().meta({
      description:
        'warm: said to whoever takes over, before what the agent adds. `{{name}}` is filled from `request_data`.',
    }),
  })
  .meta({ id: 'Transfer', description: 'Gives the agent the tool `transfer_call`.' })
export type TransferOption = z.output<typeof transferSchema>
