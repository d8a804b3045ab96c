import { z } from 'zod'
import { isTimeZone } from './fields.ts'

/** When a number may be dialled. */

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'Must be a time such as 09:00' })
  .meta({ example: '09:00' })

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

const zone = z
  .string()
  .max(64)
  .refine(zone => zone === 'callee' || isTimeZone(zone), { error: 'Must be `callee` or an IANA time zone' })

export const callingWindowSchema = z
  .strictObject({
    timezone: zone.default('callee').meta({
      description:
        '`callee`: the zones of the number, in all of which the window must be open; or an IANA time zone.',
    }),
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .max(7)
      .default([...weekdays]),
    from: time.meta({ description: 'Local time at which the window opens' }),
    to: time.meta({ description: 'Local time at which it closes; 24:00 is the end of the day' }),
  })
  .refine(window => window.from < window.to, { path: ['to'], error: 'Must be later than `from`' })
  .meta({ id: 'CallingWindow', description: 'A call is dialled only inside it, and waits for it otherwise.' })
export type CallingWindowOption = z.output<typeof callingWindowSchema>
