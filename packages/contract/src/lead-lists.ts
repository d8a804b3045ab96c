import { z } from 'zod'
import { text, timestamp, uuid } from './fields.ts'
import { onDuplicate } from './leads.ts'
import { pageOf } from './page.ts'

/** Lists of leads, and files of leads on their way in. */

const name = text({ min: 1, max: 200 })
const description = text({ min: 1, max: 2_000 }).nullable()

export const createLeadListSchema = z.strictObject({ name, description: description.default(null) }).meta({
  id: 'CreateLeadList',
  examples: [{ name: 'Spring campaign', description: 'Patients without an appointment' }],
})

export const changeLeadListSchema = z
  .strictObject({ name: name.optional(), description: description.optional() })
  .meta({
    id: 'ChangeLeadList',
    examples: [{ name: 'Spring and summer' }],
    description: 'What is absent stays',
  })

export const leadListSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    lead_count: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'LeadList' })
export type LeadListObject = z.infer<typeof leadListSchema>

export const leadListPageSchema = pageOf(leadListSchema).meta({ id: 'LeadListPage' })

export const createLeadImportSchema = z
  .strictObject({
    list_id: uuid.optional(),
    on_duplicate: onDuplicate.default('merge'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, { error: 'Must be an ISO 3166 code such as US' })
      .optional()
      .meta({ description: 'Where numbers without a country code are' }),
  })
  .meta({ id: 'CreateLeadImport', examples: [{ on_duplicate: 'merge', country: 'US' }] })

export const leadImportSchema = z
  .object({
    id: z.string(),
    list_id: z.string().nullable(),
    on_duplicate: onDuplicate,
    country: z.string().nullable(),
    status: z
      .enum(['waiting', 'running', 'completed', 'failed'])
      .meta({ description: 'waiting: for its file. failed: `error` says why; the file may be sent again.' }),
    error: z.string().nullable(),
    bytes_read: z.int(),
    rows_read: z.int(),
    inserted: z.int(),
    updated: z.int(),
    duplicates: z.int(),
    rejected: z.int().meta({ description: 'Rows left out; `/errors` says why' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'LeadImport' })
export type LeadImportObject = z.infer<typeof leadImportSchema>

export const leadImportPageSchema = pageOf(leadImportSchema).meta({ id: 'LeadImportPage' })

export const leadImportErrorPageSchema = pageOf(
  z.object({
    row: z.int().meta({ description: 'Of the file, from 1, as a spreadsheet counts them' }),
    path: z.string(),
    message: z.string(),
    code: z.string(),
  }),
).meta({ id: 'LeadImportErrorPage', description: 'In the order of the file; at most 10,000 are kept' })
