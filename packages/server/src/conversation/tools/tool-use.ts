/** How much the model has used its tools. */
export interface ToolUse {
  readonly calls: number
  readonly latest: string
  /** How often the latest call was made in a row. */
  readonly repeats: number
}

export const noToolCalls: ToolUse = { calls: 0, latest: '', repeats: 0 }

const loopLength = 3

export interface ToolCall {
  readonly name: string
  readonly arguments: string
}

/** Counts a call and says what forbids it: a model that is stuck would call for ever. */
export function countCall(use: ToolUse, call: ToolCall, budget: number): [ToolUse, string | null] {
  const latest = `${call.name} ${call.arguments}`
  const repeats = latest === use.latest ? use.repeats + 1 : 1
  const counted = { calls: use.calls + 1, latest, repeats }
  if (counted.calls > budget) return [counted, `All ${budget} tool calls of this conversation are used up`]
  if (repeats >= loopLength)
    return [counted, 'The same call was made several times in a row; do something else']
  return [counted, null]
}

/** Names what a call does: arguments may come with their members in another order. */
export function callKey(name: string, given: Readonly<Record<string, unknown>>): string {
  return `${name} ${JSON.stringify(Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`
}

/** What forbids one more call that changes something; null: nothing. */
export function effectFault(effects: number, budget: number): string | null {
  if (effects < budget) return null
  return `All ${budget} calls that change something are used up in this conversation`
}

/** The raw JSON of a tool call as an object, or what is wrong with it. Models send nothing for "no arguments". */
export function parseArguments(json: string): Readonly<Record<string, unknown>> | string {
  if (json.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
    return 'The arguments must be a JSON object'
  } catch {
    return 'The arguments are not valid JSON'
  }
}
