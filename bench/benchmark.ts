import type { MachineLoad } from './measure/machine.ts'

export interface BenchOptions {
  readonly calls: number
  readonly seconds: number
  readonly profiles: string | null
  readonly pinned: boolean
}

/** One named measurement. Times are milliseconds unless the figure's name says otherwise. */
export interface Benchmark {
  /** What starts and stops the clock, for people. */
  readonly told: string
  readonly defaults: { readonly calls: number; readonly seconds: number }
  run(options: BenchOptions, signal: AbortSignal): Promise<Figures>
}

export type Figures = Readonly<Record<string, unknown>>

/** What `--json` writes. */
export interface BenchResult {
  readonly name: string
  readonly calls: number
  readonly seconds: number
  readonly figures: Figures
  readonly machine: MachineLoad
}
