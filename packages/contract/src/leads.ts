import { z } from 'zod'
import { phoneNumber, text, timestamp, timeZone, uuid } from './fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { requestDataSchema } from './place-call.ts'

/** The people to be called, and the lists they are on. A number is one lead of its account. */

export const leadStatuses = ['New', 'Contacted', 'Converted', 'Unsubscribed'] as const
export type LeadStatus = (typeof leadStatuses)[number]

export const onDuplicate = z.enum(['merge', 'skip']).meta({
  description:
    'merge: what is given replaces what the lead has, `request_data` name by name; skip: the lead stays. Neither takes a lead out of `Unsubscribed`.',
})
export type OnDuplicate = z.infer<typeof onDuplicate>

const name = text({ min: 1, max: 200 })
const email = z.email({ error: 'Must be an email address' }).max(254)
const zone = timeZone.meta({
  description: 'IANA. Where the lead is: calling hours are counted there, and not where the number may be.',
})
const status = z.enum(leadStatuses)
const notes = text({ min: 1, max: 10_000 })
const requestData = requestDataSchema.meta({
  description: 'Fills placeholders of the calls to the lead',
})

export const createLeadSchema = z
  .strictObject({
    phone_number: phoneNumber,
    name: name.optional(),
    email: email.optional(),
    timezone: zone.optional(),
    status: status.optional(),
    notes: notes.optional(),
    request_data: requestData.optional(),
    list_id: uuid.optional().meta({ description: 'A list that the lead is put on' }),
  })
  .meta({
    id: 'CreateLead',
    examples: [
      {
        phone_number: '+14155551234',
        name: 'Jo Smith',
        timezone: 'America/Los_Angeles',
        request_data: { clinic: 'Bright Dental' },
      },
    ],
  })

const append = notes.optional().meta({ description: 'A line that is added to the notes; not with `notes`' })
const either = {
  when: ({ notes: whole, notes_append: more }: { notes?: unknown; notes_append?: unknown }) =>
    whole === undefined || more === undefined,
  fault: { path: ['notes_append'], error: '`notes` and `notes_append` exclude each other' },
}

export const changeLeadSchema = z
  .strictObject({
    name: name.nullable().optional(),
    email: email.nullable().optional(),
    timezone: zone.nullable().optional(),
    status: status.optional(),
    notes: notes.nullable().optional(),
    notes_append: append,
    request_data: requestData.optional(),
  })
  .refine(either.when, either.fault)
  .meta({
    id: 'ChangeLead',
    examples: [{ status: 'Contacted', notes_append: 'Wants to be called after four.' }],
    description: 'What is absent stays. `request_data` is replaced whole.',
  })
export type ChangeLead = z.output<typeof changeLeadSchema>

export const bulkLeadSchema = createLeadSchema
  .omit({ list_id: true })
  .extend({ notes_append: append })
  .strict()
  .refine(either.when, either.fault)
  .meta({ id: 'BulkLead' })
export type BulkLead = z.output<typeof bulkLeadSchema>

export const mostBulkLeads = 2_000

export const bulkLeadsSchema = z
  .strictObject({
    leads: z.array(bulkLeadSchema).min(1).max(mostBulkLeads),
    on_duplicate: onDuplicate.default('merge'),
    list_id: uuid.optional(),
  })
  .meta({
    id: 'BulkLeads',
    examples: [
      {
        leads: [{ phone_number: '+14155551235', name: 'Ann Lee' }, { phone_number: '+14155551236' }],
        on_duplicate: 'skip',
      },
    ],
  })

export const bulkResultSchema = z
  .object({
    success: z.literal(true),
    inserted: z.int(),
    updated: z.int(),
    duplicates: z.int().meta({
      description:
        'Entries that changed nothing by themselves: skipped, or of a number named again further on',
    }),
    total_processed: z.int(),
    duration_ms: z.int(),
  })
  .meta({ id: 'BulkResult' })
export type BulkResult = z.infer<typeof bulkResultSchema>

export const leadSchema = z
  .object({
    id: z.string(),
    phone_number: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    timezone: z.string().nullable(),
    status,
    notes: z.string().nullable(),
    request_data: z.record(z.string(), z.unknown()),
    list_ids: z.array(z.string()),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Lead' })
export type LeadObject = z.infer<typeof leadSchema>

export const createdLeadSchema = leadSchema
  .extend({ existed: z.boolean().meta({ description: 'The number had its lead already, which stays' }) })
  .meta({ id: 'CreatedLead' })
export type CreatedLead = z.infer<typeof createdLeadSchema>

export const leadPageSchema = pageOf(leadSchema).meta({ id: 'LeadPage' })

export const listLeadsQuery = pageQuery.extend({
  list_id: uuid.optional(),
  status: status.optional(),
  phone_number: z.string().max(20).optional(),
})
export type ListLeadsQuery = z.output<typeof listLeadsQuery>

export const inListQuery = z.strictObject({
  list_id: uuid.optional().meta({
    description:
      'The lead as one of this list: elsewhere it is none, and deleting takes it off the list only',
  }),
})
