import { parseArgs } from 'node:util'

export interface ChaosOptions {
  readonly calls: number
  readonly minutes: number
  /** Decides who is killed when, and who answers how. */
  readonly seed: number
  readonly json: string | null
}

export class UsageError extends Error {}

const usage = 'npm run chaos -- [--calls N] [--minutes M] [--seed S] [--json FILE]'
const defaults = { calls: 2_000, minutes: 9 }
const mostCalls = 8_000

export function readOptions(args: readonly string[]): ChaosOptions {
  const { calls, minutes, seed, json } = parse(args)
  return {
    calls: number('--calls', calls, { ifAbsent: defaults.calls, most: mostCalls }),
    minutes: number('--minutes', minutes, { ifAbsent: defaults.minutes, most: 60 }),
    seed: number('--seed', seed, { ifAbsent: 1 + Math.floor(Math.random() * 1e6), most: 1e6 }),
    json: json ?? null,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    const options = { calls: text, minutes: text, seed: text, json: text }
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}

function number(name: string, text: string | undefined, o: { ifAbsent: number; most: number }): number {
  if (text === undefined) return o.ifAbsent
  const value = Number(text)
  if (Number.isFinite(value) && value > 0 && value <= o.most) return value
  throw new UsageError(`${name} takes a number up to ${o.most}\n${usage}`)
}
