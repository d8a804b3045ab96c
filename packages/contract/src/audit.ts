import { z } from 'zod'
import { text, timestamp } from './fields.ts'
import { pageOf } from './page.ts'

/** What was done to an account, and by whom. */

export const auditEntrySchema = z
  .object({
    sequence: z.number().meta({ description: 'Counts from 1 without gaps' }),
    at: timestamp,
    key_id: z.string().nullable().meta({ description: 'The key that was used; null: the platform itself' }),
    ip: z.string().nullable(),
    request_id: z.string().nullable(),
    action: z.string().meta({ description: 'E.g. `agent.changed`' }),
    target_type: z.string(),
    target_id: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    hash: z.string().meta({ description: 'Keyed hash over the entry and the one before it' }),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntryObject = z.infer<typeof auditEntrySchema>

export const auditPageSchema = pageOf(auditEntrySchema).meta({ id: 'AuditPage' })

export const listAuditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().meta({ description: '`next_cursor` of the page before' }),
  action: text({ min: 1, max: 80 }).optional(),
})

export const auditVerdictSchema = z
  .object({
    intact: z.boolean(),
    entries: z.number().meta({ description: 'That were found to be as they were written' }),
    broken_at: z.number().nullable().meta({ description: 'The first entry that is not' }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditVerdict' })
