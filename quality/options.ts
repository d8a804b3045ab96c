import { parseArgs } from 'node:util'

/** What can be measured by itself. */
export const parts = ['calls', 'turns', 'answering'] as const
export type PartName = (typeof parts)[number]

export interface CommandLine {
  readonly only: readonly PartName[]
  readonly json: string | null
  /** Calls at once. */
  readonly width: number
  /** Whether the table in `docs/quality.md` is written. */
  readonly write: boolean
}

export class UsageError extends Error {}

const usage = `npm run quality -- [--only NAME]... [--json FILE] [--width CALLS] [--write]
NAME: ${parts.join(', ')}; all of them where none is named
--write: the table goes into docs/quality.md`

export function readOptions(args: readonly string[]): CommandLine {
  const values = parse(args)
  const width = Number(values.width)
  if (!/^\d{1,2}$/u.test(values.width) || width < 1 || width > 16)
    throw new UsageError(`--width takes a number from 1 to 16\n${usage}`)
  const only = values.only.map(partOf)
  const { json = null, write } = values
  return { only: only.length > 0 ? only : parts, json, width, write }
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
        write: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
