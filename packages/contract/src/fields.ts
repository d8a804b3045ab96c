import { z } from 'zod'

/** Field types that several requests share. */

export const phoneMessage = 'Phone number must be in E.164 format (e.g., +14155551234)'
export const e164 = /^\+[1-9]\d{1,14}$/

export const phoneNumber = z.string({ error: phoneMessage }).regex(e164, { error: phoneMessage }).meta({
  description: 'E.164',
  example: '+14155551234',
})

/** An ISO 8601 moment, handed on as a Date. */
export const moment = z.iso
  .datetime({ offset: true, error: 'Must be an ISO 8601 time with its offset, e.g. 2026-01-31T12:00:00Z' })
  .meta({ description: 'ISO 8601 with offset' })

/** ISO 8601 UTC with milliseconds, as every answer writes times. */
export const timestamp = z.string().meta({ format: 'date-time' })

export const uuid = z.uuid({ error: 'Must be a UUID' })

/** Text that a database column holds: no NUL characters. */
export function text(limits: { min: number; max: number }): z.ZodString {
  return z
    .string()
    .min(limits.min)
    .max(limits.max)
    .regex(/^[^\0]*$/, { error: 'Must not contain NUL characters' })
}

/** BCP 47, e.g. `es-ES`; answers use its canonical spelling. */
export const languageTag = z
  .string()
  .max(35)
  .refine(isLanguageTag, { error: 'Must be a BCP 47 language tag, e.g. es-ES', abort: true })
  .meta({ description: 'BCP 47', example: 'es-ES' })

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** IANA, e.g. `Europe/Madrid`. */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'Must be an IANA time zone, e.g. Europe/Madrid' })

export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    // Intl has no other way to say that it knows no such zone.
    return false
  }
}

const deepest = 32

/** JSON that can be kept and handed back as it came. */
export function isKeepable(value: unknown, maxBytes: number): boolean {
  if (!isShallow(value, deepest)) return false
  const json = JSON.stringify(value)
  return (
    new TextEncoder().encode(json).length <= maxBytes &&
    !/\\u(?:0000|d[89a-f])/.test(json.replaceAll('\\\\', ''))
  )
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every(part => isShallow(part, depth - 1))
}
