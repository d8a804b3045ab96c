import { z } from 'zod'
import { timestamp } from './fields.ts'
import { secretName } from './tools.ts'

/** What tools are called with. Values go in and never come out. */

export const secretParams = z.object({ name: secretName })

export const putSecretSchema = z
  .strictObject({
    value: z
      .string()
      .min(1)
      .max(4_000)
      .regex(/^[\x20-\x7e]+$/, { error: 'Must be printable ASCII, as header fields are' }),
  })
  .meta({ id: 'PutSecret', examples: [{ value: 'the key of the booking system' }] })

export const secretSchema = z
  .object({ name: z.string(), created_at: timestamp, updated_at: timestamp })
  .meta({ id: 'Secret' })
export type SecretObject = z.infer<typeof secretSchema>

export const secretListSchema = z.object({ data: z.array(secretSchema) }).meta({ id: 'SecretList' })
