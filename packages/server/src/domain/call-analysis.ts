import type { CallAnalysis } from '@parley/contract/analysis'
import type { AnalysisTerms } from './call-plan.ts'

/** What a call without wishes of its own gets. */
export const summaryOnly: AnalysisTerms = {
  summary: true,
  dispositions: [],
  schema: null,
  successCriteria: null,
}

export type Findings = Partial<Pick<CallAnalysis, 'summary' | 'disposition' | 'data' | 'success'>>

const parts = ['summary', 'disposition', 'data', 'success'] as const

/** The answer that goes out: findings in, and by name what was asked for and is not among them. */
export function analysisOf(
  terms: AnalysisTerms,
  findings: Findings,
  source: CallAnalysis['source'],
): CallAnalysis {
  const { summary = null, disposition = null, data = null, success = null } = findings
  const told = { summary, disposition, data, success }
  const wanted = wants(terms)
  return { ...told, source, missing: parts.filter(part => wanted[part] && told[part] === null) }
}

/** Which parts are asked for. */
export function wants({
  summary,
  dispositions,
  schema,
  successCriteria,
}: AnalysisTerms): Record<(typeof parts)[number], boolean> {
  return {
    summary,
    disposition: dispositions.length > 0,
    data: schema !== null,
    success: successCriteria !== null,
  }
}
