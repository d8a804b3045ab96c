import { parseArgs } from 'node:util'

export interface InteropOptions {
  /** Where the figures go as JSON; null: nowhere. */
  readonly json: string | null
  readonly inputs: number
  readonly seed: number
  /** Names of the only flows to be played; empty: all. */
  readonly only: readonly string[]
  /** Minutes of the one long call that is made instead of everything else; null: everything else. */
  readonly longMinutes: number | null
}

export const usage = `npm run interop -- [--json FILE] [--inputs N] [--seed N] [--only FLOW]…
npm run interop -- --long [--minutes N] [--json FILE]

Phones with SIPp and baresip, keeps sipvicious out, reads the messages of RFC 4475, and feeds mutated input to our
parsers. --long: one call of half an hour instead, or of N minutes, that is changed and refreshed all the time.`

export class UsageError extends Error {}

const allInputs = 1_000_000
const longMinutes = 30

export function readOptions(args: readonly string[]): InteropOptions {
  const { values } = parse(args)
  if (values.help) throw new UsageError(usage)
  if (values.minutes !== undefined && !values.long)
    throw new UsageError(`--minutes goes with --long\n\n${usage}`)
  return {
    json: values.json ?? null,
    inputs: count('--inputs', values.inputs ?? String(allInputs)),
    seed: count('--seed', values.seed ?? String(Date.now() % 1_000_000)),
    only: values.only ?? [],
    longMinutes: values.long ? count('--minutes', values.minutes ?? String(longMinutes)) : null,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'string' },
        inputs: { type: 'string' },
        seed: { type: 'string' },
        long: { type: 'boolean' },
        minutes: { type: 'string' },
        only: { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}

function count(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`${name} takes a whole number, not ${value}`)
  return Number(value)
}
