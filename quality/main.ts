import { writeFile } from 'node:fs/promises'
import { watchMachine } from '../bench/measure/machine.ts'
import { measureAnswers } from '../packages/server/test/answering/measure-answers.ts'
import { modes } from '../packages/rehearsal/test/platform/platform.ts'
import { type CallResult, runScenarios } from './calls/run-scenarios.ts'
import { readScenarios } from './calls/scenario.ts'
import { type FaultCall, isBad, runFaults } from './faults/run-faults.ts'
import { figuresOf } from './figures.ts'
import { missedGoals } from './goals.ts'
import { type CommandLine, type PartName, readOptions, UsageError } from './options.ts'
import { tableOf, writeTable } from './table.ts'
import { measureTalk } from './talk/measure-talk.ts'

const print = (line = ''): void => void process.stdout.write(`${line}\n`)

const modeWidth = 9

function show({ mode, name, faults }: CallResult): void {
  print(`  ${faults.length === 0 ? 'ok  ' : 'FAIL'}  ${mode.padEnd(modeWidth)} ${name}`)
  for (const fault of faults) print(`        ${fault}`)
}

function showFault(call: FaultCall): void {
  const { name, endReason, worstSilenceMs } = call
  print(`  ${isBad(call) ? 'FAIL' : 'ok  '}  ${name}: ${endReason}, silent for ${worstSilenceMs} ms`)
  if (isBad(call)) for (const fault of call.told) print(`        ${fault}`)
}

async function measure({ only, width, scenarios, keep, calls, seed }: CommandLine) {
  const wants = (part: PartName): boolean => only.includes(part)
  return {
    turns: wants('turns') ? await measureTalk() : null,
    answering: wants('answering') ? await measureAnswers() : null,
    calls: wants('calls')
      ? await runScenarios({ scenarios: await readScenarios(scenarios), modes, width, keep, onResult: show })
      : null,
    faults: wants('faults')
      ? await runFaults({ calls, width, ...(seed !== null && { seed }), onResult: showFault })
      : null,
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const finish = watchMachine(false)
  const figures = figuresOf(await measure(options))
  const machine = finish()
  const table = tableOf(figures)
  print(`\n${table}\n\nload ${machine.load.join(' → ')}`)
  if (options.json !== null)
    await writeFile(options.json, `${JSON.stringify({ ...figures, machine }, null, 2)}\n`)
  if (options.write) await writeTable(table, machine)
  const missed = missedGoals(figures)
  for (const goal of missed) print(`missed: ${goal}`)
  if (missed.length > 0) process.exitCode = 1
}

try {
  await main()
} catch (error) {
  const told =
    error instanceof UsageError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${told}\n`)
  process.exitCode = 1
}
