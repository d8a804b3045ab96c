import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallMode } from '@parley/contract/status'
import { openPlatform, type Platform } from '../../packages/rehearsal/test/platform/platform.ts'
import { keepCall } from './keep-call.ts'
import { judgeCall, type Judged } from './judge.ts'
import { personaOf, type Scenario } from './scenario.ts'

export interface CallResult extends Judged {
  readonly name: string
  readonly mode: CallMode
}

export interface ScenarioRun {
  readonly scenarios: readonly Scenario[]
  readonly modes: readonly CallMode[]
  /** Calls at once. */
  readonly width: number
  /** A folder for each call's recording, events and transcript. */
  readonly keep?: string | null
  readonly onResult?: (result: CallResult) => void
}

const longestCallMs = 180_000
/** Calls begin one after another, as on any line: a process that has just started is to warm up on the first of them. */
const betweenFirstCallsMs = 2_000

/** Every scenario in every mode: the real server in a process of its own, over SIP and RTP, with the local engines. */
export async function runScenarios(run: ScenarioRun): Promise<CallResult[]> {
  const { scenarios, modes, width, keep = null, onResult } = run
  const folder = await mkdtemp(join(tmpdir(), 'parley-quality-'))
  try {
    await using platform = await openPlatform({ people: await peopleOf(run, folder) })
    const results: CallResult[] = []
    const queue = modes.flatMap(mode =>
      scenarios.map((scenario, index) => ({ mode, scenario, number: numberOf(mode, index) })),
    )
    const work = async (_: unknown, line: number) => {
      await delay(line * betweenFirstCallsMs)
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { mode, scenario, number } = next
        const request = { ...scenario.request, mode }
        const judged = await callAndJudge({ platform, keep }, { ...scenario, request }, number)
        const result = { name: scenario.name, mode, ...judged }
        results.push(result)
        onResult?.(result)
      }
    }
    await Promise.all(Array.from({ length: width }, work))
    return results
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Nobody is called twice: who asked not to be called again in one mode would not be called in the other. */
const numberOf = (mode: CallMode, index: number): string =>
  `+1415555${(mode === 'realtime' ? 2_000 : 3_000) + index}`

/** Who answers at the number of which scenario: a persona that ships, or a file with one made for it. */
async function peopleOf({ scenarios, modes }: ScenarioRun, folder: string): Promise<Record<string, string>> {
  const people = scenarios.map(async (scenario, index): Promise<[string, string][]> => {
    const file = scenario.person ?? join(folder, `${index}.json`)
    if (scenario.person === undefined) await writeFile(file, JSON.stringify(personaOf(scenario)))
    return modes.map(mode => [numberOf(mode, index), file])
  })
  return Object.fromEntries((await Promise.all(people)).flat())
}

/** A call that cannot be made, or does not end, is a result too; a field that is null is not asked for. */
async function callAndJudge(
  { platform, keep }: { platform: Platform; keep: string | null },
  scenario: Scenario,
  number: string,
): Promise<Judged> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const overdue = setTimeout(() => reject(new Error('the call does not end')), longestCallMs)
  const change = Object.entries(scenario.request).map(([name, value]) => [name, value ?? undefined])
  try {
    const placed = platform.call(number, Object.fromEntries(change))
    const call = await Promise.race([placed, late])
    if (keep !== null) await keepCall(call, { folder: keep, platform, scenario })
    return judgeCall(scenario, call)
  } catch (error) {
    const faults = [error instanceof Error ? error.message : String(error)]
    const nothing = { firstSentenceExact: null, farewellComplete: null, stopMs: null }
    return { faults, ...nothing, latenciesMs: [], offsetsMs: [] }
  } finally {
    clearTimeout(overdue)
  }
}
