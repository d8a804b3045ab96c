import { parseArgs } from 'node:util'

export interface CommandLine {
  readonly name: string
  readonly json: string | null
  readonly calls: number | undefined
  readonly seconds: number | undefined
  readonly profiles: string | null
}

export class UsageError extends Error {}

export function readOptions(args: readonly string[], names: readonly string[]): CommandLine {
  const usage = `npm run bench -- NAME [--json FILE] [--calls N] [--seconds N] [--cpu-prof FOLDER]\nNAME: ${names.join(', ')}`
  const { values, positionals } = parse(args, usage)
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0 || !names.includes(name)) throw new UsageError(usage)
  return {
    name,
    json: values.json ?? null,
    calls: count('--calls', values.calls),
    seconds: count('--seconds', values.seconds),
    profiles: values['cpu-prof'] ?? null,
  }
}

function parse(args: readonly string[], usage: string) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: text, calls: text, seconds: text, 'cpu-prof': text },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}

function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^[1-9]\d{0,4}$/.test(value)) throw new UsageError(`${name} takes a number from 1 to 99999`)
  return Number(value)
}
