import { parseArgs } from 'node:util'

/** What can be measured by itself. */
export const parts = ['calls', 'turns', 'answering', 'faults'] as const
export type PartName = (typeof parts)[number]

export interface CommandLine {
  readonly only: readonly PartName[]
  readonly json: string | null
  /** Calls at once. */
  readonly width: number
  /** Scenarios with one of these in their names; all of them where none is named. */
  readonly scenarios: readonly string[]
  /** Where each scripted call's recording, events and transcript are put; null: nowhere. */
  readonly keep: string | null
  /** Calls in which a provider fails. */
  readonly calls: number
  /** Of their chance; null: any. */
  readonly seed: number | null
  /** Whether the table in `docs/quality.md` is written. */
  readonly write: boolean
}

export class UsageError extends Error {}

const usage = `npm run quality -- [--only NAME]... [--json FILE] [--width CALLS] [--write]
    [--scenario NAME]... [--keep FOLDER] [--calls N] [--seed N]
NAME: ${parts.join(', ')}; all of them where none is named
--write: the table goes into docs/quality.md
--scenario: only those with NAME in their names
--keep: each scripted call's recording, events and transcript go there
--calls: calls of the part faults, and --seed: to have the same ones again`

const mostCalls = 10_000

export function readOptions(args: readonly string[]): CommandLine {
  const values = parse(args)
  const width = Number(values.width)
  if (!/^\d{1,2}$/u.test(values.width) || width < 1 || width > 16)
    throw new UsageError(`--width takes a number from 1 to 16\n${usage}`)
  const calls = Number(values.calls)
  if (!/^\d+$/u.test(values.calls) || calls < 1 || calls > mostCalls)
    throw new UsageError(`--calls takes a number from 1 to ${mostCalls}\n${usage}`)
  const seed = seedOf(values.seed)
  const only = values.only.map(partOf)
  const { json = null, keep = null, scenario: scenarios, write } = values
  return { only: only.length > 0 ? only : parts, json, width, scenarios, keep, calls, seed, write }
}

function seedOf(given: string | undefined): number | null {
  if (given !== undefined && !/^\d{1,10}$/u.test(given))
    throw new UsageError(`--seed takes a whole number\n${usage}`)
  return given === undefined ? null : Number(given)
}

function partOf(name: string): PartName {
  const part = parts.find(one => one === name)
  if (!part) throw new UsageError(`there is no part ${name}\n${usage}`)
  return part
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { ...text, multiple: true, default: [] },
        json: text,
        width: { ...text, default: '6' },
        scenario: { ...text, multiple: true, default: [] },
        keep: text,
        calls: { ...text, default: '60' },
        seed: text,
        write: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
