import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/**
 * JSON Schemas that customers write (draft 2020-12): for the arguments of their tools and the fields of their
 * analyses. They come from outside, so what could keep a process busy is refused: patterns, since nobody can tell
 * how long a regular expression runs.
 */
export interface JsonSchema {
  /** What is wrong with a value, in words that a model can mend it by; empty where nothing is. */
  faultsOf(value: unknown): readonly string[]
}

/** Longest schema that is read, in characters of JSON. */
export const longestSchema = 16_384

const refused: ReadonlySet<string> = new Set(['pattern', 'patternProperties', '$dynamicRef', '$recursiveRef'])

/** Every call brings the same few schemas, and reading one takes a millisecond. Each keeps about 30 KiB. */
const read = new Map<string, JsonSchema>()
const mostRead = 500

/** Throws SchemaError: for what is no schema, and for what is refused. */
export function readSchema(schema: object): JsonSchema {
  const text = JSON.stringify(schema)
  const known = read.get(text)
  if (known !== undefined) return known
  if (text.length > longestSchema)
    throw new SchemaError(`must be at most ${longestSchema} characters of JSON`)
  const keyword = refusedIn(schema)
  if (keyword !== null) throw new SchemaError(`must not use ${keyword}`)
  const validate = compile(schema)
  const fresh: JsonSchema = {
    faultsOf: value => (validate(value) ? [] : (validate.errors ?? []).map(wordsOf)),
  }
  const [oldest] = read.keys()
  if (oldest !== undefined && read.size >= mostRead) read.delete(oldest)
  read.set(text, fresh)
  return fresh
}

export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

const options = { allErrors: true, strict: false, logger: false } as const
/** Knows what a schema may look like, which takes it 10 ms to learn. */
const grammar = new Ajv2020(options)

function compile(schema: object) {
  // One for each schema: a shared one would keep every schema it has ever seen, and mix up their names.
  const ajv = new Ajv2020({ ...options, meta: false, validateSchema: false })
  addFormats.default(ajv, { mode: 'fast', formats: ['date', 'time', 'date-time', 'email', 'uuid', 'ipv4'] })
  try {
    if (grammar.validateSchema(schema) !== true) throw new Error(grammar.errorsText(grammar.errors))
    return ajv.compile(schema)
  } catch (error) {
    throw new SchemaError(error instanceof Error ? error.message : 'is no JSON Schema', { cause: error })
  }
}

/** A refused keyword somewhere in the schema, but not as the name of a property. */
function refusedIn(schema: unknown, names = false): string | null {
  if (typeof schema !== 'object' || schema === null) return null
  for (const [key, value] of Object.entries(schema)) {
    if (!names && !Array.isArray(schema) && refused.has(key)) return key
    const found = refusedIn(value, key === 'properties' || key === '$defs')
    if (found !== null) return found
  }
  return null
}

function wordsOf({ instancePath, message = 'is wrong', params }: ErrorObject): string {
  const where = instancePath.slice(1).replaceAll('/', '.') || 'the value'
  const extra = 'additionalProperty' in params ? `: ${String(params['additionalProperty'])}` : ''
  const choices = 'allowedValues' in params ? `: ${JSON.stringify(params['allowedValues'])}` : ''
  return `${where} ${message}${extra}${choices}`
}
