/** What a check of `parley doctor` found. */
export interface Finding {
  readonly check: string
  readonly verdict: 'ok' | 'warn' | 'fail'
  /** What is there, and, where it is not well, what to do: one sentence each. No secrets. */
  readonly detail: string
}

export const ok = (check: string, detail: string): Finding => ({ check, verdict: 'ok', detail })
export const warn = (check: string, detail: string): Finding => ({ check, verdict: 'warn', detail })
export const fail = (check: string, detail: string): Finding => ({ check, verdict: 'fail', detail })

/** What went wrong in a few words: drivers put no secrets into codes. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown reason'
  return 'code' in error ? String(error.code) : error.message
}
