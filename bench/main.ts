import { writeFile } from 'node:fs/promises'
import { benchmarks } from './benchmarks.ts'
import type { BenchResult, Figures } from './benchmark.ts'
import { pinCallers, watchMachine } from './measure/machine.ts'
import { readOptions, UsageError } from './options.ts'

const longestMs = 15 * 60_000
const nameWidth = 26

const print = (line = ''): void => void process.stdout.write(`${line}\n`)

function show(figures: Figures): void {
  for (const [name, value] of Object.entries(figures)) {
    const told = typeof value === 'object' && value !== null ? spread(value) : String(value)
    print(`  ${name.padEnd(nameWidth)} ${told}`)
  }
}

const spread = (value: object): string =>
  Object.entries(value)
    .map(([key, number]) => `${key} ${String(number)}`)
    .join('   ')

async function main(): Promise<void> {
  const { name, json, profiles, ...given } = readOptions(process.argv.slice(2), [...benchmarks.keys()])
  const benchmark = benchmarks.get(name)
  if (!benchmark) throw new UsageError(name)
  const calls = given.calls ?? benchmark.defaults.calls
  const seconds = given.seconds ?? benchmark.defaults.seconds
  const pinned = pinCallers()
  print(`\n  ${name}: ${benchmark.told}\n`)
  const finish = watchMachine(pinned)
  const figures = await benchmark.run({ calls, seconds, profiles, pinned }, AbortSignal.timeout(longestMs))
  const result: BenchResult = { name, calls, seconds, figures, machine: finish() }
  show(figures)
  print()
  show({
    calls,
    seconds,
    ...result.machine,
    load: result.machine.load.join(' → '),
    busy: result.machine.busy.join(' · '),
  })
  if (json !== null) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`)
}

try {
  await main()
} catch (error) {
  const told =
    error instanceof UsageError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${told}\n`)
  process.exitCode = 1
}
