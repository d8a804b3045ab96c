import { z } from 'zod'
import type { AnalysisTerms } from '../../domain/call-plan.ts'
import { type Findings, wants } from '../../domain/call-analysis.ts'
import { readSchema } from '../../domain/json-schema.ts'
import { parseObject } from '../json-object.ts'
import type { ToolDefinition } from '../port.ts'

/** The report as a function that the model calls: the one form of a structured answer that every vendor has. */

/** More than this is not read by anybody. */
const longestSummary = 2_000
const longestReport = 65_536

export function reportTool(terms: AnalysisTerms): ToolDefinition {
  const { dispositions, schema, successCriteria } = terms
  const wanted = wants(terms)
  const properties = {
    ...(wanted.summary ? { summary: { type: 'string', description: summaryHint } } : {}),
    ...(wanted.disposition
      ? { disposition: { type: 'string', enum: dispositions, description: 'How the call came out' } }
      : {}),
    ...(wanted.success
      ? { success: { type: 'boolean', description: `Whether this holds: ${successCriteria}` } }
      : {}),
    ...(schema ? { data: schema } : {}),
  }
  return {
    name: 'report_call',
    description: 'Reports on the call',
    parameters: {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  }
}

const summaryHint =
  'Two or three plain sentences: what was wanted, what the callee answered, what is agreed or still open. No lists.'

/** What of a report can be used, and what is wrong with the rest, in words for the model. */
export interface ReadReport {
  readonly findings: Findings
  readonly faults: readonly string[]
}

export function readReport(text: string, terms: AnalysisTerms): ReadReport {
  const report = text.length > longestReport ? null : parseObject(objectIn(text))
  if (report === null) return withoutReport(text, terms)
  const read = readersOf(terms).map(({ part, schema }) => ({ part, result: schema.safeParse(report[part]) }))
  return {
    findings: Object.fromEntries(
      read.flatMap(({ part, result }) => (result.success ? [[part, result.data]] : [])),
    ),
    faults: read.flatMap(({ part, result }) =>
      result.success ? [] : result.error.issues.map(issue => `${part}: ${issue.message}`),
    ),
  }
}

/** A model that calls no functions can still sum up. */
function withoutReport(text: string, terms: AnalysisTerms): ReadReport {
  const summary = text.trim().slice(0, longestSummary)
  const { summary: wanted, ...others } = wants(terms)
  if (wanted && summary !== '' && Object.values(others).every(part => !part))
    return { findings: { summary }, faults: [] }
  return { findings: {}, faults: ['it is no JSON object'] }
}

/** Models that forget how to call a function write its arguments down, with words or a code fence around them. */
function objectIn(text: string): string {
  return text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
}

function readersOf(terms: AnalysisTerms): { part: string; schema: z.ZodType }[] {
  const { dispositions, schema } = terms
  const wanted = wants(terms)
  const summary = z
    .string()
    .trim()
    .min(1)
    .transform(text => text.slice(0, longestSummary))
  const all = [
    { part: 'summary', schema: summary },
    { part: 'disposition', schema: z.enum(dispositions) },
    { part: 'success', schema: z.boolean() },
    { part: 'data', schema: schema === null ? z.never() : fitting(schema) },
  ] as const
  return all.filter(({ part }) => wanted[part])
}

/** An object that the customer's own schema takes. */
function fitting(schema: object): z.ZodType {
  const own = readSchema(schema)
  return z.record(z.string(), z.unknown()).superRefine((value, context) => {
    for (const message of own.faultsOf(value)) context.addIssue({ code: 'custom', message })
  })
}
