import { parseParameters, splitOutsideQuotes } from '../parameters.ts'
import { SipParseError } from '../sip-parse-error.ts'

/** Why the telephone network released a call: ITU-T Q.850, carried in Reason (RFC 3326). */
export interface ReleaseCause {
  readonly cause: number
  readonly text?: string
}

/** RFC 3261 §20.43: what a server wants a person to know. */
export interface Warning {
  readonly code: number
  readonly text: string
}

/** Of the values of a Reason header; undefined where none speaks Q.850 or it cannot be read. */
export function releaseCause(values: readonly string[]): ReleaseCause | undefined {
  for (const value of values.flatMap(splitOrNone)) {
    const [protocol = '', ...rest] = value.split(';')
    if (protocol.trim().toUpperCase() !== 'Q.850') continue
    const parameters = parametersOrNone(rest.join(';'))
    const cause = parameters?.get('cause') ?? ''
    if (!/^\d{1,3}$/.test(cause)) continue
    const text = parameters?.get('text')
    return { cause: Number(cause), ...(text === undefined ? {} : { text }) }
  }
  return undefined
}

export function warnings(values: readonly string[]): Warning[] {
  return values.flatMap(splitOrNone).flatMap(value => {
    const match = /^(\d{3})\s+\S+\s+"((?:[^"\\]|\\.)*)"$/.exec(value)
    return match ? [{ code: Number(match[1]), text: (match[2] ?? '').replace(/\\(.)/g, '$1') }] : []
  })
}

const splitOrNone = (value: string): string[] => orNone(() => splitOutsideQuotes(value, ',')) ?? []

const parametersOrNone = (text: string): ReadonlyMap<string, string> | undefined =>
  orNone(() => parseParameters(text))

function orNone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}
