import { z } from 'zod'
import { timestamp } from './fields.ts'

/** Listening in on a live call. */

export const listenTicketSchema = z
  .object({
    url: z.string().meta({ description: 'WebSocket to open, the token included.' }),
    token: z.string().meta({ description: 'Opens one connection to this call.' }),
    expires_at: timestamp,
  })
  .meta({ id: 'ListenTicket' })
export type ListenTicket = z.infer<typeof listenTicketSchema>

export const listenQuery = z.strictObject({
  token: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'In place of a key, as `POST` to this path gives it.' }),
})
