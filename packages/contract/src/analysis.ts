import { z } from 'zod'
import { isKeepable, text } from './fields.ts'

/** What is read out of a call when it is over. */

const maxSchemaBytes = 16 * 1024

const disposition = z.string().regex(/^[A-Za-z0-9_ -]{1,64}$/, {
  error: 'Must be 1 to 64 letters, digits, spaces, hyphens or underscores',
})

export const analysisOptionSchema = z
  .strictObject({
    summary: z.boolean().default(true).meta({ description: 'Two or three sentences, in `call_summary`.' }),
    dispositions: z
      .array(disposition)
      .min(1)
      .max(50)
      .refine(list => new Set(list).size === list.length, { error: 'Must not name anything twice' })
      .optional()
      .meta({ description: 'One of these becomes the `disposition`.', example: ['confirmed', 'moved'] }),
    schema: z
      .record(z.string(), z.unknown())
      .refine(schema => isKeepable(schema, maxSchemaBytes), { error: 'Must be at most 16 KiB of JSON' })
      .optional()
      .meta({ description: 'JSON Schema (2020-12) of an object; what fits it stands in `analysis.data`.' }),
    success_criteria: text({ min: 1, max: 2_000 })
      .optional()
      .meta({ description: 'When the call counts as a success; the verdict stands in `analysis.success`.' }),
  })
  .meta({ id: 'AnalysisOption', description: 'Done by the configured language model once the call is over.' })
export type AnalysisOption = z.output<typeof analysisOptionSchema>

/** What came of it. A part that was not asked for, or that nobody could tell, is null. */
export const callAnalysisSchema = z
  .object({
    summary: z.string().nullable(),
    disposition: z.string().nullable(),
    data: z.record(z.string(), z.unknown()).nullable(),
    success: z.boolean().nullable(),
    source: z.enum(['model', 'patterns']).meta({
      description: '`patterns`: no language model is configured; only what patterns can tell is filled in.',
    }),
    missing: z
      .array(z.enum(['summary', 'disposition', 'data', 'success']))
      .meta({ description: 'Asked for, and not told.' }),
  })
  .meta({ id: 'CallAnalysis' })
export type CallAnalysis = z.infer<typeof callAnalysisSchema>
