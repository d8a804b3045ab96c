import { allFlows, playFlows } from './all-flows.ts'
import { keepFinds, regressions } from './fuzz/corpus.ts'
import { fuzz, type FuzzFind } from './fuzz/fuzz.ts'
import { targets } from './fuzz/targets.ts'
import type { InteropOptions } from './options.ts'
import type { FlowResult } from './run-flow.ts'
import { misreading, tortureMessages } from './torture.ts'

/** What `--json` writes. */
export interface InteropFigures {
  readonly flows: { readonly passed: number; readonly total: number }
  readonly torture: { readonly passed: number; readonly total: number }
  readonly fuzz: { readonly inputs: number; readonly faults: number; readonly worst_ms: number }
}

export interface Reporter {
  flow(result: FlowResult): void
  torture(misreadings: readonly string[], total: number): void
  fuzzed(finds: readonly FuzzFind[], keptAs: readonly string[]): void
}

export async function interop(
  { only, inputs, seed }: Pick<InteropOptions, 'only' | 'inputs' | 'seed'>,
  sippPath: string,
  report: Reporter,
): Promise<InteropFigures> {
  const chosen = allFlows.filter(flow => only.length === 0 || only.includes(flow.name))
  const results = await playFlows(chosen, sippPath, result => report.flow(result))
  const messages = tortureMessages()
  const misread = messages.flatMap(message => misreading(message) ?? [])
  report.torture(misread, messages.length)
  const old = await regressions(targets)
  const fresh = fuzz({ targets, inputs, seed })
  report.fuzzed([...old, ...fresh.finds], await keepFinds(fresh.finds))
  return {
    flows: { passed: results.filter(result => result.passed).length, total: results.length },
    torture: { passed: messages.length - misread.length, total: messages.length },
    fuzz: {
      inputs: fresh.inputs,
      faults: old.length + fresh.finds.length,
      worst_ms: Math.round(fresh.worstMs * 100) / 100,
    },
  }
}

export const wentWell = ({ flows, torture, fuzz: { faults } }: InteropFigures): boolean =>
  flows.passed === flows.total && torture.passed === torture.total && faults === 0
