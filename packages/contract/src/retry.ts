import { z } from 'zod'

/** Dialling again when nobody was reached. */

/** What an attempt can come to that is worth another one. */
export const retryReasons = ['no-answer', 'busy', 'failed', 'voicemail'] as const
export type RetryReason = (typeof retryReasons)[number]

const mostAttempts = 10
const longestDelayMinutes = 7 * 24 * 60

export const retrySchema = z
  .strictObject({
    max_attempts: z
      .int()
      .min(1)
      .max(mostAttempts)
      .default(3)
      .meta({ description: 'How many times the number is dialled at most, the first time included' }),
    delay_minutes: z
      .array(z.number().min(0).max(longestDelayMinutes))
      .min(1)
      .max(mostAttempts)
      .default([15])
      .meta({
        description:
          'How long to wait after the first attempt, the second, …; the last one holds for the rest',
      }),
    on: z
      .array(z.enum(retryReasons))
      .min(1)
      .max(retryReasons.length)
      .default(['no-answer', 'busy', 'failed'])
      .meta({
        description:
          'After which outcomes. `failed`: the carrier could not put the call through, or no voice was to be had. An attempt whose outcome nobody knows is never repeated.',
      }),
  })
  .meta({
    id: 'Retry',
    description: 'Dialling again when nobody was reached. Absent: the number is dialled once.',
  })
export type RetryOption = z.output<typeof retrySchema>
