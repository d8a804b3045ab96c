import { writeFile } from 'node:fs/promises'
import { program } from '../packages/wire/test/program.ts'
import { interop, wentWell, type InteropFigures, type Reporter } from './interop.ts'
import { longCall } from './long/long-call.ts'
import { longCallFaults, longFigures, usualLongCall } from './long/long-run.ts'
import { readOptions, UsageError, type InteropOptions } from './options.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const nameWidth = 28

const reporter: Reporter = {
  flow({ name, passed, ms, fault }) {
    print(`  ${passed ? 'ok  ' : 'FAIL'}  ${name.padEnd(nameWidth)} ${String(ms).padStart(6)} ms`)
    if (fault !== undefined) print(fault.replaceAll(/^/gm, '        '))
  },
  torture(misreadings, total) {
    print(`\n  RFC 4475: ${total - misreadings.length} of ${total} read as they should be`)
    for (const one of misreadings) print(`        ${one}`)
  },
  fuzzed(finds, keptAs) {
    for (const { target, fault } of finds) print(`  FAIL  fuzz ${target}: ${fault}`)
    for (const name of keptAs) print(`        kept as interop/corpus/${name}`)
  },
}

function summary({ flows, torture, fuzz }: InteropFigures, seed: number): string[] {
  return [
    '',
    '  part      passed   of',
    `  flows     ${String(flows.passed).padStart(6)}   ${flows.total}`,
    `  torture   ${String(torture.passed).padStart(6)}   ${torture.total}`,
    `  fuzz      ${String(fuzz.inputs - fuzz.faults).padStart(6)}   ${fuzz.inputs}   (seed ${seed}, slowest ${fuzz.worst_ms} ms)`,
  ]
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const missing = ['sipp', 'baresip', 'svmap', 'openssl'].filter(name => program(name) === undefined)
  if (missing.length > 0)
    throw new UsageError(`${missing.join(', ')}: apt-get install sip-tester baresip-core sipvicious openssl`)
  const sipp = program('sipp') ?? ''
  if (options.longMinutes !== null) await makeLongCall(sipp, options.longMinutes, options.json)
  else await runAll(sipp, options)
}

async function makeLongCall(sippPath: string, minutes: number, json: string | null): Promise<void> {
  const order = { ...usualLongCall, sippPath, seconds: minutes * 60 }
  const result = await longCall(order)
  const figures = longFigures(order, result)
  for (const [name, value] of Object.entries(figures)) print(`  ${name.padEnd(nameWidth)} ${value}`)
  const faults = longCallFaults(order, result)
  for (const fault of faults) print(`  FAIL  ${fault}`)
  await write(json, { long_call: figures })
  if (faults.length > 0) process.exitCode = 1
}

async function runAll(sipp: string, options: InteropOptions): Promise<void> {
  // The stack of an error that is expected costs more than the parsing.
  Error.stackTraceLimit = 0
  const figures = await interop(options, sipp, reporter)
  for (const line of summary(figures, options.seed)) print(line)
  await write(options.json, figures)
  if (!wentWell(figures)) process.exitCode = 1
}

async function write(json: string | null, figures: object): Promise<void> {
  if (json !== null) await writeFile(json, `${JSON.stringify(figures, null, 2)}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof UsageError ? error.message : String(error)}\n`)
  process.exitCode = 2
}
